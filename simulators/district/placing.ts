/** Places things along streets: even or scattered, on either side, each with the block it stands in. */
import type { Random } from '../random.ts';
import { type Block, density, type Mesh, type Rank, ringOf } from './mesh.ts';
import { between, distance, inside, type Point } from './plane.ts';
import type { Street, Stretch } from './streets.ts';

export interface Place {
  street: Street;
  at: Point;
  block: number;
}

interface Option {
  street: Street;
  stretch: Stretch;
  weight: number;
}

/** A place beside a stretch, in the block on that side; nearer to the middle of the stretch where its corner is too sharp. */
function beside(mesh: Mesh, { street, stretch }: Option, t: number, onLeft: boolean, off: number): Place {
  const [a, b] = [mesh.points[stretch.from] as Point, mesh.points[stretch.to] as Point];
  const along = stretch.from === stretch.edge.a;
  const block = (onLeft === along ? stretch.edge.left : stretch.edge.right) ?? stretch.edge.left;
  const long = distance(a, b);
  const side = onLeft ? 1 : -1;
  const ring = ringOf(mesh, mesh.blocks[block] as Block);
  for (let share = 1; ; share *= 0.7) {
    const [x, y] = between(a, b, 0.5 + (t - 0.5) * share);
    const at: Point = [x + (side * off * (a[1] - b[1])) / long, y + (side * off * (b[0] - a[0])) / long];
    if (inside(at, ring)) return { street, at, block };
    if (share < 0.05) throw new Error(`no place beside ${street.name}`);
  }
}

/**
 * Exactly `count` places along the streets of the ranks that have a weight, in order along each street; `even` spaces them alike on alternating sides,
 * otherwise they scatter. `off`: metres from the middle of the street.
 */
export function placeAlong(
  mesh: Mesh,
  streets: Street[],
  random: Random,
  count: number,
  weights: Partial<Record<Rank, number>>,
  off: (rank: Rank) => number,
  even: boolean,
): Place[] {
  const options: Option[] = [];
  let whole = 0;
  for (const street of streets)
    for (const run of street.runs)
      for (const stretch of run) {
        const [a, b] = [mesh.points[stretch.from] as Point, mesh.points[stretch.to] as Point];
        const weight = distance(a, b) * (weights[street.rank] ?? 0) * (even ? 1 : 0.18 + density(between(a, b, 0.5)));
        if (weight === 0) continue;
        options.push({ street, stretch, weight });
        whole += weight;
      }
  const places: Place[] = [];
  let at = 0;
  let before = 0;
  for (let k = 0; k < count; k++) {
    const goal = ((k + (even ? 0.5 : random.next())) / count) * whole;
    while (at < options.length - 1 && before + (options[at] as Option).weight < goal) before += (options[at++] as Option).weight;
    const option = options[at] as Option;
    const t = Math.min(0.97, Math.max(0.03, (goal - before) / option.weight));
    places.push(beside(mesh, option, t, even ? k % 2 === 0 : random.chance(0.5), off(option.street.rank)));
  }
  return places;
}

export interface Crossing {
  names: [string, string];
  at: Point;
  /** Blocks around it. */
  blocks: number[];
  main: boolean;
}

/** Where named streets cross, those of two main roads first. */
export function crossings(mesh: Mesh, streets: Street[]): Crossing[] {
  const meeting = new Map<number, Set<Street>>();
  for (const street of streets)
    if (street.rank !== 'lane')
      for (const run of street.runs) for (const { from, to } of run) for (const v of [from, to]) meeting.set(v, (meeting.get(v) ?? new Set<Street>()).add(street));
  const blocksAt = new Map<number, number[]>();
  for (const [index, block] of mesh.blocks.entries()) if (!block.bank) for (const v of block.ring) blocksAt.set(v, [...(blocksAt.get(v) ?? []), index]);
  const out: Crossing[] = [];
  for (const [v, set] of meeting) {
    const [one, other] = [...set].sort((a, b) => Number(b.north) - Number(a.north));
    const blocks = blocksAt.get(v) ?? [];
    if (!one || !other || blocks.length < 2) continue;
    out.push({ names: [one.name, other.name], at: mesh.points[v] as Point, blocks, main: one.rank === 'main' && other.rank === 'main' });
  }
  return out;
}
