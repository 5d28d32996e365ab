/**
 * The town's pattern of blocks, as one mesh: blocks share their corners, so they tile the district without gap or overlap by construction.
 * A lattice bent by a river is cut out by an organic outline; then blocks are halved, the dense middle first, until there are as many as wanted.
 */
import type { Random } from '../random.ts';
import { area, between, centre, distance, type Point, type Quad, type Ring } from './plane.ts';

export type Rank = 'river' | 'main' | 'street' | 'lane' | 'border' | 'water';
/** A course through the town that edges belong to: it becomes a street, the river, or (border, water) nothing. */
export interface Line {
  rank: Rank;
  /** Runs north (or east). */
  north: boolean;
  /** Its place among the lattice lines of its direction, counted from the river (or the middle); null: it came by halving a block. */
  lattice: number | null;
}
export interface Block {
  /** Corner numbers, counter-clockwise. */
  ring: number[];
  /** South-west, south-east, north-east, north-west: numbers in `ring`. */
  corners: [number, number, number, number];
  /** Column from the river (negative: west of it) and row from the middle (positive: north), of the lattice. */
  column: number;
  row: number;
  /** Half of it is water. */
  bank: boolean;
}
export interface Edge {
  a: number;
  b: number;
  line: number;
  /** Blocks on the left and on the right of a → b; the right is null at the border. */
  left: number;
  right: number | null;
}
export interface Mesh {
  points: Point[];
  blocks: Block[];
  lines: Line[];
  edges: Edge[];
  outline: Ring;
}

export const ringOf = (mesh: { points: Point[] }, block: Block): Ring => block.ring.map((v) => mesh.points[v] as Point);
export const quadOf = (mesh: { points: Point[] }, block: Block): Quad => block.corners.map((v) => mesh.points[v] as Point) as unknown as Quad;

const columns = { west: 15, east: 17 };
const rows = { south: 12, north: 12 };
const spacing = { x: 400, y: 395 };
/** From the middle of the river to the road on its bank, metres. */
const bankWidth = 95;

/** How built-up it is at a place, 0.2 to 1.2: most where the town began, by the river. */
export const density = ([x, y]: Point): number => 0.2 + Math.exp(-(((x - 200) / 3300) ** 2) - ((y + 100) / 2700) ** 2);

const riverAt = (y: number) => 0.36 * y + 420 * Math.sin(y / 1450 + 0.6) - 160;

/** Distance of the district's border from its middle in a direction, metres. */
function makeOutline(random: Random): (angle: number) => number {
  const waves = [2, 3, 4, 5, 7, 9].map((k) => ({ k, size: random.between(0.3, 0.6) / k ** 1.2 / 4.2, phase: random.between(0, 2 * Math.PI) }));
  return (angle) => {
    const c = Math.abs(Math.cos(angle));
    const s = Math.abs(Math.sin(angle));
    const base = ((c / 6350) ** 2.6 + (s / 4750) ** 2.6) ** (-1 / 2.6);
    return base * (1 + waves.reduce((sum, w) => sum + w.size * Math.cos(w.k * angle + w.phase), 0));
  };
}

const key = (a: number, b: number) => a * 65_536 + b;

class Builder {
  readonly points: Point[] = [];
  readonly blocks: Block[] = [];
  readonly lines: Line[] = [];
  /** Directed edge → the block on its left. */
  private readonly left = new Map<number, number>();
  private readonly lineOf = new Map<number, number>();
  /** Corner → lines that end there and may go on. */
  private readonly ends = new Map<number, number[]>();
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  layLattice(outline: (angle: number) => number): void {
    const { random } = this;
    const wave = [0, 1, 2, 3].map(() => ({ a: random.between(0.0009, 0.0019), b: random.between(0.0009, 0.0019), p: random.between(0, 6.28), size: random.between(40, 85) }));
    const bend = (x: number, y: number, k: number) => wave.reduce((sum, w, i) => sum + w.size * Math.sin(w.a * x * (i % 2 ? 1 : -1) + w.b * y + w.p + k), 0) * 0.75;
    const columnLine = new Map<number, number>();
    const rowLine = new Map<number, number>();
    for (let i = -columns.west; i <= columns.east; i++) {
      const rank = i === 0 ? 'river' : i === 1 || i === -1 || (Math.abs(i) - 1) % 3 === 0 ? 'main' : 'street';
      columnLine.set(i, this.lines.push({ rank, north: true, lattice: i }) - 1);
    }
    for (let j = -rows.south; j <= rows.north; j++) rowLine.set(j, this.lines.push({ rank: j % 3 === 0 ? 'main' : 'street', north: false, lattice: j }) - 1);
    const water = this.lines.push({ rank: 'water', north: false, lattice: null }) - 1;

    const at = new Map<string, number>();
    for (let i = -columns.west; i <= columns.east; i++) {
      for (let j = -rows.south; j <= rows.north; j++) {
        const away = Math.abs(i) <= 1 ? i * bankWidth : Math.sign(i) * (bankWidth + (Math.abs(i) - 1) * spacing.x);
        const near = Math.cos(Math.min(1, Math.abs(away) / 6600) * (Math.PI / 2)) ** 2;
        const loose = Math.abs(i) <= 1 ? 0 : this.lines[columnLine.get(i) as number]?.rank === 'main' ? 18 : 42;
        const y0 = j * spacing.y;
        const y = y0 + bend(away, y0, 2) + random.normal() * (Math.abs(i) <= 1 ? 4 : j % 3 === 0 ? 14 : 36);
        const x = away + riverAt(y) * near + bend(away, y0, 0) * (1 - near) + random.normal() * loose;
        at.set(`${i} ${j}`, this.points.push([x, y]) - 1);
      }
    }
    const corner = (i: number, j: number) => at.get(`${i} ${j}`) as number;
    for (let j = rows.north - 1; j >= -rows.south; j--) {
      for (let i = -columns.west; i < columns.east; i++) {
        const corners: Block['corners'] = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
        const [x, y] = centre(corners.map((v) => this.points[v] as Point));
        if (Math.hypot(x, y) > outline(Math.atan2(y, x))) continue;
        this.add({ ring: [...corners], corners, column: i, row: j, bank: i === 0 || i === -1 });
      }
    }
    for (let i = -columns.west; i <= columns.east; i++)
      for (let j = -rows.south; j <= rows.north; j++) {
        if (j < rows.north) this.setLine(corner(i, j), corner(i, j + 1), columnLine.get(i) as number);
        const overWater = (i === 0 || i === -1) && j % 3 !== 0;
        if (i < columns.east) this.setLine(corner(i, j), corner(i + 1, j), overWater ? water : (rowLine.get(j) as number));
      }
  }

  /** Moves the corners at the edge of the district onto its outline, each along its ray from the middle, as far as its blocks stay sound. */
  settleBorder(outline: (angle: number) => number): void {
    const blocksAt = new Map<number, Block[]>();
    for (const block of this.blocks) for (const v of block.ring) blocksAt.set(v, [...(blocksAt.get(v) ?? []), block]);
    const border = this.border();
    // A corner that its neighbours held back may go once they have gone.
    for (const v of [...border, ...border, ...border.toReversed()]) {
      const [x, y] = this.points[v] as Point;
      const goal = outline(Math.atan2(y, x)) / Math.hypot(x, y);
      for (const share of [1, 0.75, 0.5, 0.25]) {
        const scale = 1 + (goal - 1) * share;
        this.points[v] = [x * scale, y * scale];
        if ((blocksAt.get(v) ?? []).every((block) => this.sound(block))) break;
        this.points[v] = [x, y];
      }
    }
    // What could not get there along its ray goes between its neighbours, so that the outline has no notch.
    for (const [k, v] of border.entries()) {
      const here = this.points[v] as Point;
      const [before, after] = [border.at(k - 1), border[(k + 1) % border.length]].map((n) => this.points[n as number] as Point) as [Point, Point];
      const off = Math.abs(Math.hypot(...here) / outline(Math.atan2(here[1], here[0])) - 1);
      if (off < 0.004 && distance(before, here) + distance(here, after) < 1.25 * distance(before, after)) continue;
      this.points[v] = between(before, after, 0.5);
      if (!(blocksAt.get(v) ?? []).every((block) => this.sound(block))) this.points[v] = here;
    }
  }

  /** Halves blocks until there are `wanted`. */
  halveUntil(wanted: number): void {
    const weight = (block: Block) => (block.bank ? 0 : area(ringOf(this, block)) * density(centre(ringOf(this, block))) * this.random.between(0.7, 1.3));
    const queue = this.blocks.map((block, index) => ({ index, weight: weight(block) })).sort((a, b) => a.weight - b.weight);
    while (this.blocks.length < wanted) {
      const heaviest = queue.pop();
      if (!heaviest) throw new Error('no block is left to be halved');
      for (const index of this.halve(heaviest.index)) {
        const one = { index, weight: weight(this.blocks[index] as Block) };
        const place = queue.findIndex((other) => other.weight > one.weight);
        queue.splice(place < 0 ? queue.length : place, 0, one);
      }
    }
  }

  private halve(index: number): [number, number] {
    const block = this.blocks[index] as Block;
    const [sw, se, ne, nw] = block.corners;
    const p = (v: number) => this.points[v] as Point;
    const wide = distance(p(sw), p(se)) + distance(p(nw), p(ne));
    const tall = distance(p(sw), p(nw)) + distance(p(se), p(ne));
    const north = wide > tall;
    const t = 0.5 + this.random.normal() * 0.035;
    const from = north ? this.onSide(index, sw, se, t) : this.onSide(index, sw, nw, t);
    const to = north ? this.onSide(index, nw, ne, t) : this.onSide(index, se, ne, t);
    const path = (start: number, end: number) => {
      const out: number[] = [];
      for (let k = block.ring.indexOf(start); ; k = (k + 1) % block.ring.length) {
        out.push(block.ring[k] as number);
        if (block.ring[k] === end) return out;
      }
    };
    const line = this.goOn(from, to, north);
    this.setLine(from, to, line);
    const rest = { column: block.column, row: block.row, bank: false };
    const first: Block = north ? { ring: path(to, from), corners: [sw, from, to, nw], ...rest } : { ring: path(from, to), corners: [sw, se, to, from], ...rest };
    const second: Block = north ? { ring: path(from, to), corners: [from, se, ne, to], ...rest } : { ring: path(to, from), corners: [from, to, ne, nw], ...rest };
    this.blocks[index] = first;
    this.point(first, index);
    return [index, this.add(second)];
  }

  /** The corner at about `t` of the way from a to b along the block's side: one that is there already, or a new one shared with the neighbour. */
  private onSide(index: number, a: number, b: number, t: number): number {
    const { ring } = this.blocks[index] as Block;
    const side: number[] = [];
    const forward = this.sideLength(ring, a, b) <= this.sideLength(ring, b, a);
    for (let k = ring.indexOf(forward ? a : b); ; k = (k + 1) % ring.length) {
      side.push(ring[k] as number);
      if (ring[k] === (forward ? b : a)) break;
    }
    if (!forward) side.reverse();
    const p = (v: number) => this.points[v] as Point;
    const whole = side.slice(1).reduce((sum, v, k) => sum + distance(p(side[k] as number), p(v)), 0);
    let run = 0;
    let best = { off: 0.2, v: -1 };
    for (let k = 1; k < side.length - 1; k++) {
      run += distance(p(side[k - 1] as number), p(side[k] as number));
      const off = Math.abs(run / whole - t);
      if (off < best.off) best = { off, v: side[k] as number };
    }
    if (best.v >= 0) return best.v;
    run = 0;
    for (let k = 1; k < side.length; k++) {
      const [u, v] = [side[k - 1] as number, side[k] as number];
      const step = distance(p(u), p(v));
      if (run + step >= whole * t || k === side.length - 1) return this.breakEdge(u, v, Math.min(0.9, Math.max(0.1, (whole * t - run) / step)));
      run += step;
    }
    throw new Error('a side without edges');
  }

  private sideLength(ring: number[], from: number, to: number): number {
    return (ring.indexOf(to) - ring.indexOf(from) + ring.length) % ring.length;
  }

  private breakEdge(a: number, b: number, t: number): number {
    const middle = this.points.push(between(this.points[a] as Point, this.points[b] as Point, t)) - 1;
    const line = this.lineAt(a, b);
    for (const [u, v] of [
      [a, b],
      [b, a],
    ] as const) {
      const index = this.left.get(key(u, v));
      if (index === undefined) continue;
      const block = this.blocks[index] as Block;
      block.ring.splice(block.ring.indexOf(u) + 1, 0, middle);
      this.left.delete(key(u, v));
      this.left.set(key(u, middle), index);
      this.left.set(key(middle, v), index);
    }
    this.setLine(a, middle, line);
    this.setLine(middle, b, line);
    return middle;
  }

  /** The lane that ended at either end goes on; else a new one begins. */
  private goOn(from: number, to: number, north: boolean): number {
    for (const [here, there] of [
      [from, to],
      [to, from],
    ] as const) {
      const waiting = (this.ends.get(here) ?? []).filter((line) => this.lines[line]?.north === north);
      const line = waiting[0];
      if (line === undefined) continue;
      this.ends.set(
        here,
        (this.ends.get(here) ?? []).filter((other) => other !== line),
      );
      this.ends.set(there, [...(this.ends.get(there) ?? []), line]);
      return line;
    }
    const line = this.lines.push({ rank: 'lane', north, lattice: null }) - 1;
    for (const v of [from, to]) this.ends.set(v, [...(this.ends.get(v) ?? []), line]);
    return line;
  }

  private add(block: Block): number {
    const index = this.blocks.push(block) - 1;
    this.point(block, index);
    return index;
  }

  private point(block: Block, index: number): void {
    for (const [k, v] of block.ring.entries()) this.left.set(key(v, block.ring[(k + 1) % block.ring.length] as number), index);
  }

  private setLine(a: number, b: number, line: number): void {
    this.lineOf.set(key(Math.min(a, b), Math.max(a, b)), line);
  }
  private lineAt(a: number, b: number): number {
    return this.lineOf.get(key(Math.min(a, b), Math.max(a, b))) as number;
  }

  /** Every corner turns left, so the block is convex and cannot cross itself. */
  private sound(block: Block): boolean {
    return block.ring.every((v, k) => {
      const [a, b, c] = [v, block.ring[(k + 1) % block.ring.length] as number, block.ring[(k + 2) % block.ring.length] as number].map((n) => this.points[n] as Point) as [
        Point,
        Point,
        Point,
      ];
      return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) > 0.03 * distance(a, b) * distance(b, c);
    });
  }

  /** The corners around the district in order, counter-clockwise. */
  private border(): number[] {
    const after = new Map<number, number>();
    for (const block of this.blocks)
      for (const [k, a] of block.ring.entries()) {
        const b = block.ring[(k + 1) % block.ring.length] as number;
        if (!this.left.has(key(b, a))) after.set(a, b);
      }
    const start = [...after.keys()][0] as number;
    const out = [start];
    for (let v = after.get(start) as number; v !== start; v = after.get(v) as number) out.push(v);
    return out;
  }

  finish(): Mesh {
    const border = this.lines.push({ rank: 'border', north: false, lattice: null }) - 1;
    const edges: Edge[] = [];
    for (const [index, block] of this.blocks.entries())
      for (const [k, a] of block.ring.entries()) {
        const b = block.ring[(k + 1) % block.ring.length] as number;
        const right = this.left.get(key(b, a)) ?? null;
        if (right === null) edges.push({ a, b, line: border, left: index, right });
        else if (a < b) edges.push({ a, b, line: this.lineAt(a, b), left: index, right });
      }
    return { points: this.points, blocks: this.blocks, lines: this.lines, edges, outline: this.border().map((v) => this.points[v] as Point) };
  }
}

/** A town of exactly `wanted` blocks. */
export function buildMesh(random: Random, wanted: number): Mesh {
  const outline = makeOutline(random);
  const builder = new Builder(random);
  builder.layLattice(outline);
  builder.settleBorder(outline);
  builder.halveUntil(wanted);
  return builder.finish();
}
