/** How long something takes that is done again and again. */
import { median, quantile } from './figures.ts';

export interface Timed {
  /** The first time, before anything is warm, ms. */
  first: number;
  p50: number;
  p99: number;
}

export async function timed(times: number, work: () => Promise<unknown>): Promise<Timed> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  return { first: took[0] as number, p50: median(took), p99: quantile(took, 0.99) };
}
