/** A query that asks for more than anybody can look at, answered with how to ask. */
import { GwError } from '../../devices/errors.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Bucket widths a person would pick, ms. */
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 5, 10, 30, 100, 365].map((n) => n * day),
];

/** As `every=` takes it: `5m`. */
function written(ms: number): string {
  if (ms % day === 0) return `${ms / day}d`;
  if (ms % hour === 0) return `${ms / hour}h`;
  return ms % minute === 0 ? `${ms / minute}m` : `${ms / second}s`;
}

/** code `too-many-points`; `every` is the smallest handy bucket width that fits. */
export class TooManyPoints extends GwError {
  constructor(
    readonly every: string,
    maxPoints: number,
  ) {
    super('reject', 'too-many-points', `More than ${maxPoints} points; every=${every} fits.`);
  }
}

/** `from` ≤ ts < `to` bounds what there is; each of `metrics` series has a point in every bucket at worst. */
export function tooManyPoints(from: number, to: number, metrics: number, maxPoints: number): TooManyPoints {
  const fits = (every: number) => (Math.floor((to - 1) / every) - Math.floor(from / every) + 1) * metrics <= maxPoints;
  return new TooManyPoints(written(steps.find(fits) ?? (steps.at(-1) as number)), maxPoints);
}
