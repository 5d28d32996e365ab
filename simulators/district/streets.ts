/** Streets: the courses of the mesh in order, with names. */
import type { Random } from '../random.ts';
import type { Edge, Mesh, Rank } from './mesh.ts';
import { mainEast, mainNorth, takenWords, words } from './names.ts';

export interface Stretch {
  edge: Edge;
  /** The corner it begins with, on the way along the street. */
  from: number;
  to: number;
}
export interface Street {
  name: string;
  rank: Rank;
  north: boolean;
  /** Unbroken runs of edges, each in order. */
  runs: Stretch[][];
}

/** Orders the edges of one course from south to north or west to east, in unbroken runs. */
function runsOf(mesh: Mesh, edges: Edge[], north: boolean): Stretch[][] {
  const at = (v: number) => (mesh.points[v] as readonly [number, number])[north ? 1 : 0];
  const sorted = edges.map((edge) => (at(edge.a) <= at(edge.b) ? { edge, from: edge.a, to: edge.b } : { edge, from: edge.b, to: edge.a })).sort((p, q) => at(p.from) - at(q.from));
  const runs: Stretch[][] = [];
  for (const stretch of sorted) {
    const open = runs.find((run) => run.at(-1)?.to === stretch.from);
    if (open) open.push(stretch);
    else runs.push([stretch]);
  }
  return runs;
}

export function nameStreets(mesh: Mesh, random: Random): { streets: Street[]; river: Street } {
  const edgesOf = new Map<number, Edge[]>();
  for (const edge of mesh.edges) {
    const list = edgesOf.get(edge.line);
    if (list) list.push(edge);
    else edgesOf.set(edge.line, [edge]);
  }
  const fresh = words(random, mesh.lines.length, takenWords);
  const streets: Street[] = [];
  let river: Street | undefined;
  for (const [id, { rank, north, lattice }] of mesh.lines.entries()) {
    const edges = edgesOf.get(id);
    if (!edges || rank === 'border' || rank === 'water') continue;
    const named = rank === 'main' && lattice !== null ? (north ? mainNorth : mainEast)[lattice] : undefined;
    const name = rank === 'river' ? '云溪河' : (named ?? `${fresh[id]}${rank === 'lane' ? (random.chance(0.3) ? '里' : '巷') : north ? '路' : '街'}`);
    const street = { name, rank, north, runs: runsOf(mesh, edges, north) };
    if (rank === 'river') river = street;
    else streets.push(street);
  }
  if (!river) throw new Error('the district has no river');
  return { streets, river };
}
