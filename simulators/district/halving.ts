/** Halves blocks, the heaviest first: large ones, and those in the dense middle of the town. The cuts become lanes that go on through several blocks. */
import type { Random } from '../random.ts';
import type { Draft } from './draft.ts';
import { type Block, density, ringOf } from './mesh.ts';
import { area, centre, distance, type Point } from './plane.ts';

export class Halving {
  private readonly draft: Draft;
  private readonly random: Random;
  /** Corner → lanes that end there and may go on. */
  private readonly ends = new Map<number, number[]>();

  constructor(draft: Draft, random: Random) {
    this.draft = draft;
    this.random = random;
  }

  /** Halves blocks until there are `wanted`. */
  until(wanted: number): void {
    const weight = (block: Block) => (block.bank ? 0 : area(ringOf(this.draft, block)) * density(centre(ringOf(this.draft, block))) * this.random.between(0.7, 1.3));
    const queue = this.draft.blocks.map((block, index) => ({ index, weight: weight(block) })).sort((a, b) => a.weight - b.weight);
    while (this.draft.blocks.length < wanted) {
      const heaviest = queue.pop();
      if (!heaviest) throw new Error('no block is left to be halved');
      for (const index of this.halve(heaviest.index)) {
        const one = { index, weight: weight(this.draft.blocks[index] as Block) };
        const place = queue.findIndex((other) => other.weight > one.weight);
        queue.splice(place < 0 ? queue.length : place, 0, one);
      }
    }
  }

  private halve(index: number): [number, number] {
    const block = this.draft.blocks[index] as Block;
    const [sw, se, ne, nw] = block.corners;
    const p = (v: number) => this.draft.points[v] as Point;
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
    this.draft.setLine(from, to, line);
    const rest = { column: block.column, row: block.row, bank: false };
    const first: Block = north ? { ring: path(to, from), corners: [sw, from, to, nw], ...rest } : { ring: path(from, to), corners: [sw, se, to, from], ...rest };
    const second: Block = north ? { ring: path(from, to), corners: [from, se, ne, to], ...rest } : { ring: path(to, from), corners: [from, to, ne, nw], ...rest };
    this.draft.blocks[index] = first;
    this.draft.point(first, index);
    return [index, this.draft.add(second)];
  }

  /** The corner at about `t` of the way from a to b along the block's side: one that is there already, or a new one shared with the neighbour. */
  private onSide(index: number, a: number, b: number, t: number): number {
    const { ring } = this.draft.blocks[index] as Block;
    const side: number[] = [];
    const forward = this.sideLength(ring, a, b) <= this.sideLength(ring, b, a);
    for (let k = ring.indexOf(forward ? a : b); ; k = (k + 1) % ring.length) {
      side.push(ring[k] as number);
      if (ring[k] === (forward ? b : a)) break;
    }
    if (!forward) side.reverse();
    const p = (v: number) => this.draft.points[v] as Point;
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
      if (run + step >= whole * t || k === side.length - 1) return this.draft.breakEdge(u, v, Math.min(0.9, Math.max(0.1, (whole * t - run) / step)));
      run += step;
    }
    throw new Error('a side without edges');
  }

  private sideLength(ring: number[], from: number, to: number): number {
    return (ring.indexOf(to) - ring.indexOf(from) + ring.length) % ring.length;
  }

  /** The lane that ended at either end goes on; else a new one begins. */
  private goOn(from: number, to: number, north: boolean): number {
    for (const [here, there] of [
      [from, to],
      [to, from],
    ] as const) {
      const waiting = (this.ends.get(here) ?? []).filter((line) => this.draft.lines[line]?.north === north);
      const line = waiting[0];
      if (line === undefined) continue;
      this.ends.set(
        here,
        (this.ends.get(here) ?? []).filter((other) => other !== line),
      );
      this.ends.set(there, [...(this.ends.get(there) ?? []), line]);
      return line;
    }
    const line = this.draft.lines.push({ rank: 'lane', north, lattice: null }) - 1;
    for (const v of [from, to]) this.ends.set(v, [...(this.ends.get(v) ?? []), line]);
    return line;
  }
}
