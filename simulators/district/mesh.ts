/** The town's pattern of blocks, as one mesh: blocks share their corners, so they tile the district without gap or overlap by construction. */
import type { Point, Quad, Ring } from './plane.ts';

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

/** How built-up it is at a place, 0.2 to 1.2: most where the town began, by the river. */
export const density = ([x, y]: Point): number => 0.2 + Math.exp(-(((x - 200) / 3300) ** 2) - ((y + 100) / 2700) ** 2);
