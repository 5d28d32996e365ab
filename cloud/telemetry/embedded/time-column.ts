/** Times of rows as bytes: a device speaks in a rhythm, so what is written is how much each step differs from the one before. */
import type { ByteReader, ByteWriter } from './bytes.ts';

function divisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** Whole milliseconds in strictly rising order, at least one; the first is known to the reader. */
export function writeTimes(out: ByteWriter, ts: Float64Array): void {
  let unit = 0;
  for (let i = 1; i < ts.length && unit !== 1; i++) unit = divisor((ts[i] as number) - (ts[i - 1] as number), unit);
  out.whole(unit);
  let step = 0;
  for (let i = 1; i < ts.length; i++) {
    const next = ((ts[i] as number) - (ts[i - 1] as number)) / unit;
    out.signed(next - step);
    step = next;
  }
}

export function readTimes(from: ByteReader, first: number, n: number): Float64Array {
  const ts = new Float64Array(n);
  const unit = from.whole();
  let step = 0;
  let at = first;
  ts[0] = at;
  for (let i = 1; i < n; i++) {
    step += from.signed();
    at += step * unit;
    ts[i] = at;
  }
  return ts;
}
