/** The lattice of main roads and streets: bent by the river, cut out by an organic outline. */
import type { Random } from '../random.ts';
import type { Draft } from './draft.ts';
import type { Block } from './mesh.ts';
import { between, centre, distance, type Point } from './plane.ts';

const columns = { west: 15, east: 17 };
const rows = { south: 12, north: 12 };
const spacing = { x: 400, y: 395 };
/** From the middle of the river to the road on its bank, metres. */
const bankWidth = 95;

const riverAt = (y: number) => 0.36 * y + 420 * Math.sin(y / 1450 + 0.6) - 160;

/** Distance of the district's border from its middle in a direction, metres. */
export function makeOutline(random: Random): (angle: number) => number {
  const waves = [2, 3, 4, 5, 7, 9].map((k) => ({ k, size: random.between(0.3, 0.6) / k ** 1.2 / 4.2, phase: random.between(0, 2 * Math.PI) }));
  return (angle) => {
    const c = Math.abs(Math.cos(angle));
    const s = Math.abs(Math.sin(angle));
    const base = ((c / 6350) ** 2.6 + (s / 4750) ** 2.6) ** (-1 / 2.6);
    return base * (1 + waves.reduce((sum, w) => sum + w.size * Math.cos(w.k * angle + w.phase), 0));
  };
}

/** Lays the lattice: columns follow the river, less and less away from it; what lies outside of the outline is left out. */
export function layLattice(draft: Draft, outline: (angle: number) => number, random: Random): void {
  const wave = [0, 1, 2, 3].map(() => ({ a: random.between(0.0009, 0.0019), b: random.between(0.0009, 0.0019), p: random.between(0, 6.28), size: random.between(40, 85) }));
  const bend = (x: number, y: number, k: number) => wave.reduce((sum, w, i) => sum + w.size * Math.sin(w.a * x * (i % 2 ? 1 : -1) + w.b * y + w.p + k), 0) * 0.75;
  const columnLine = new Map<number, number>();
  const rowLine = new Map<number, number>();
  for (let i = -columns.west; i <= columns.east; i++) {
    const rank = i === 0 ? 'river' : i === 1 || i === -1 || (Math.abs(i) - 1) % 3 === 0 ? 'main' : 'street';
    columnLine.set(i, draft.lines.push({ rank, north: true, lattice: i }) - 1);
  }
  for (let j = -rows.south; j <= rows.north; j++) rowLine.set(j, draft.lines.push({ rank: j % 3 === 0 ? 'main' : 'street', north: false, lattice: j }) - 1);
  const water = draft.lines.push({ rank: 'water', north: false, lattice: null }) - 1;

  const at = new Map<string, number>();
  for (let i = -columns.west; i <= columns.east; i++) {
    for (let j = -rows.south; j <= rows.north; j++) {
      const away = Math.abs(i) <= 1 ? i * bankWidth : Math.sign(i) * (bankWidth + (Math.abs(i) - 1) * spacing.x);
      const near = Math.cos(Math.min(1, Math.abs(away) / 6600) * (Math.PI / 2)) ** 2;
      const loose = Math.abs(i) <= 1 ? 0 : draft.lines[columnLine.get(i) as number]?.rank === 'main' ? 18 : 42;
      const y0 = j * spacing.y;
      const y = y0 + bend(away, y0, 2) + random.normal() * (Math.abs(i) <= 1 ? 4 : j % 3 === 0 ? 14 : 36);
      const x = away + riverAt(y) * near + bend(away, y0, 0) * (1 - near) + random.normal() * loose;
      at.set(`${i} ${j}`, draft.points.push([x, y]) - 1);
    }
  }
  const corner = (i: number, j: number) => at.get(`${i} ${j}`) as number;
  for (let j = rows.north - 1; j >= -rows.south; j--) {
    for (let i = -columns.west; i < columns.east; i++) {
      const corners: Block['corners'] = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
      const [x, y] = centre(corners.map((v) => draft.points[v] as Point));
      if (Math.hypot(x, y) > outline(Math.atan2(y, x))) continue;
      draft.add({ ring: [...corners], corners, column: i, row: j, bank: i === 0 || i === -1 });
    }
  }
  for (let i = -columns.west; i <= columns.east; i++)
    for (let j = -rows.south; j <= rows.north; j++) {
      if (j < rows.north) draft.setLine(corner(i, j), corner(i, j + 1), columnLine.get(i) as number);
      const overWater = (i === 0 || i === -1) && j % 3 !== 0;
      if (i < columns.east) draft.setLine(corner(i, j), corner(i + 1, j), overWater ? water : (rowLine.get(j) as number));
    }
}

/** Moves the corners at the edge of the district onto its outline, each along its ray from the middle, as far as its blocks stay sound. */
export function settleBorder(draft: Draft, outline: (angle: number) => number): void {
  const blocksAt = new Map<number, Block[]>();
  for (const block of draft.blocks) for (const v of block.ring) blocksAt.set(v, [...(blocksAt.get(v) ?? []), block]);
  const border = draft.border();
  // A corner that its neighbours held back may go once they have gone.
  for (const v of [...border, ...border, ...border.toReversed()]) {
    const [x, y] = draft.points[v] as Point;
    const goal = outline(Math.atan2(y, x)) / Math.hypot(x, y);
    for (const share of [1, 0.75, 0.5, 0.25]) {
      const scale = 1 + (goal - 1) * share;
      draft.points[v] = [x * scale, y * scale];
      if ((blocksAt.get(v) ?? []).every((block) => draft.sound(block))) break;
      draft.points[v] = [x, y];
    }
  }
  // What could not get there along its ray goes between its neighbours, so that the outline has no notch.
  for (const [k, v] of border.entries()) {
    const here = draft.points[v] as Point;
    const [before, after] = [border.at(k - 1), border[(k + 1) % border.length]].map((n) => draft.points[n as number] as Point) as [Point, Point];
    const off = Math.abs(Math.hypot(...here) / outline(Math.atan2(here[1], here[0])) - 1);
    if (off < 0.004 && distance(before, here) + distance(here, after) < 1.25 * distance(before, after)) continue;
    draft.points[v] = between(before, after, 0.5);
    if (!(blocksAt.get(v) ?? []).every((block) => draft.sound(block))) draft.points[v] = here;
  }
}
