/** A mesh in the making: corners, blocks and the edges between them, kept whole while blocks are added and edges broken. */
import type { Block, Edge, Line, Mesh } from './mesh.ts';
import { between, distance, type Point } from './plane.ts';

const key = (a: number, b: number) => a * 65_536 + b;

export class Draft {
  readonly points: Point[] = [];
  readonly blocks: Block[] = [];
  readonly lines: Line[] = [];
  /** Directed edge → the block on its left. */
  private readonly left = new Map<number, number>();
  private readonly lineOf = new Map<number, number>();

  add(block: Block): number {
    const index = this.blocks.push(block) - 1;
    this.point(block, index);
    return index;
  }

  /** Says which block lies on the left of each of its edges. */
  point(block: Block, index: number): void {
    for (const [k, v] of block.ring.entries()) this.left.set(key(v, block.ring[(k + 1) % block.ring.length] as number), index);
  }

  setLine(a: number, b: number, line: number): void {
    this.lineOf.set(key(Math.min(a, b), Math.max(a, b)), line);
  }
  lineAt(a: number, b: number): number {
    return this.lineOf.get(key(Math.min(a, b), Math.max(a, b))) as number;
  }

  /** A new corner in an edge, in the rings of the blocks on both sides. */
  breakEdge(a: number, b: number, t: number): number {
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

  /** Every corner turns left, so the block is convex and cannot cross itself. */
  sound(block: Block): boolean {
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
  border(): number[] {
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
