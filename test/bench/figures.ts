/** What is made of many measured numbers. */

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value that this part of all does not pass; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** How much they differ, as a share of their median; null of a single one. */
export function spreadOf(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = Math.abs(median(values));
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / middle;
}

/** By how much y grows with x, by least squares. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const n = points.length;
  if (n < 2) return 0;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const square = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return square === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / square;
}

/** As many digits as anybody reads: 71,658, 12.3, 0.94. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}
