/** The responsibility grids: one per block, in communities of sub-districts, numbered as domain.md 1.3 says, each with a worker. */
import type { Random } from '../random.ts';
import { type Block, type Mesh, ringOf } from './mesh.ts';
import { people, takenWords, words } from './names.ts';
import { centre, closedRing, type Point } from './plane.ts';

export interface Grid {
  /** 15 digits: division 6, sub-district 3, community 3, sequence 3. */
  id: string;
  name: string;
  subdistrict: string;
  community: string;
  worker: string;
  /** The outer ring of a GeoJSON polygon. */
  polygon: [number, number][];
}

/** Workers who have an account in the demo. */
const demoWorkers: Readonly<Record<string, string>> = { '130406003012007': '林晓岚', '130406002009001': '周启明' };

export const subdistricts = [
  { code: '001', name: '北坪街道' },
  { code: '002', name: '临水街道' },
  { code: '003', name: '云溪街道' },
  { code: '004', name: '石桥街道' },
] as const;

/** Sub-districts meet at main roads and in the river. */
function subdistrictOf({ column, row }: Block): (typeof subdistricts)[number] {
  if (row >= 3) return subdistricts[0];
  if (column < 0) return subdistricts[1];
  return row >= -3 ? subdistricts[2] : subdistricts[3];
}

interface Community {
  code: string;
  blocks: { index: number; at: Point }[];
}

/** Groups blocks by patches of the lattice; a patch too small for a community joins the nearest one. */
function communities(blocks: { index: number; block: Block; at: Point }[]): Community[] {
  const patches = new Map<string, { index: number; at: Point }[]>();
  for (const { index, block, at } of blocks) {
    const key = `${Math.floor(block.column / 3)} ${Math.floor(block.row / 3)}`;
    patches.set(key, [...(patches.get(key) ?? []), { index, at }]);
  }
  const middle = (list: { at: Point }[]): Point => [list.reduce((s, b) => s + b.at[0], 0) / list.length, list.reduce((s, b) => s + b.at[1], 0) / list.length];
  const all = [...patches.values()];
  const large = all.filter((list) => list.length >= 6);
  for (const small of all.filter((list) => list.length < 6)) {
    const [x, y] = middle(small);
    const away = (list: { at: Point }[]) => Math.hypot(middle(list)[0] - x, middle(list)[1] - y);
    large.reduce((best, list) => (away(list) < away(best) ? list : best)).push(...small);
  }
  // From north to south, and west to east: rows of about a kilometre.
  const order = (a: Point, b: Point, row: number) => Math.round(b[1] / row) - Math.round(a[1] / row) || a[0] - b[0];
  return large.sort((a, b) => order(middle(a), middle(b), 1200)).map((list, k) => ({ code: String(k + 1).padStart(3, '0'), blocks: list.sort((a, b) => order(a.at, b.at, 250)) }));
}

/** One grid for each block of the mesh, at the block's index. */
export function numberGrids(mesh: Mesh, division: string, random: Random): Grid[] {
  const grids: Grid[] = new Array(mesh.blocks.length);
  const all = mesh.blocks.map((block, index) => ({ index, block, at: centre(ringOf(mesh, block)) }));
  const workers = people(random, all.length);
  const communityNames = words(random, 200, takenWords);
  for (const subdistrict of subdistricts) {
    for (const community of communities(all.filter(({ block }) => subdistrictOf(block) === subdistrict))) {
      const name = `${communityNames.pop()}社区`;
      for (const [k, { index }] of community.blocks.entries()) {
        const id = `${division}${subdistrict.code}${community.code}${String(k + 1).padStart(3, '0')}`;
        grids[index] = {
          id,
          name: `${name} ${String(k + 1).padStart(2, '0')}`,
          subdistrict: subdistrict.name,
          community: name,
          worker: demoWorkers[id] ?? (workers.pop() as string),
          polygon: closedRing(ringOf(mesh, mesh.blocks[index] as Block)),
        };
      }
    }
  }
  return grids;
}
