/** Seconds as lines of a histogram: `bars` equal parts of the time up to `last`. */
export function histogram(values: number[], last: number, bars: number): string {
  const counts = new Array<number>(bars).fill(0);
  for (const value of values) counts[Math.min(bars - 1, Math.floor((value / last) * bars))]!++;
  const most = Math.max(...counts);
  return counts.map((count, i) => `${((i * last) / bars).toFixed(1).padStart(6)} s ${String(count).padStart(5)} ${'▇'.repeat(Math.ceil((count / most) * 50))}`).join('\n');
}
