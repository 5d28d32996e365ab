/** Passes of a day from the counters of gates, which grow for ever. Pure. */
export interface CounterSeries {
  /** Bucket starts, ms. */
  ts: readonly number[];
  /** The counter at the end of each bucket. */
  max: readonly number[];
}
export const hours = 24;
const hourMs = 3_600_000;

/** What a counter grew by; where it began anew (a changed device), what it shows since. */
const grown = (from: number, to: number): number => (to >= from ? to - from : to);

/**
 * Per hour of the day that begins at `start`. The last bucket before it is where the day begins; without one the first bucket of the day counts nothing.
 * `latest` is a newer reading than the buckets know, if there is one.
 */
export function passesByHour(series: CounterSeries, start: number, latest: { at: number; value: number } | null = null): number[] {
  const byHour = new Array<number>(hours).fill(0);
  const readings = series.ts.map((at, i) => ({ at, value: series.max[i] as number }));
  const last = readings.at(-1);
  if (latest && (!last || latest.at > last.at)) readings.push(latest);
  let before: number | null = null;
  for (const { at, value } of readings) {
    if (at >= start && before !== null) {
      const hour = Math.floor((at - start) / hourMs);
      if (hour < hours) byHour[hour] = (byHour[hour] as number) + grown(before, value);
    }
    before = value;
  }
  return byHour;
}
export const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
/** Element by element over lists of one length. */
export const added = (lists: readonly (readonly number[])[]): number[] => Array.from({ length: hours }, (_, i) => sum(lists.map((list) => list[i] ?? 0)));
