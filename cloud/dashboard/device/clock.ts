import type { Latest } from '../app/shapes.ts';

/** Less than this a clock may be off, or a reading on its way, without a word. */
export const unsaidMs = 60_000;

/** What is to be said of a device's clock; null: nothing. Pure. */
export type ClockNote = { what: 'unset'; sentTs: number | null } | { what: 'ahead' | 'behind' | 'behindOrLate'; ms: number };

export function clockNote({ ts, rx, sentTs, clock, skewMs }: Latest): ClockNote | null {
  if (clock === 'unset') return { what: 'unset', sentTs };
  if (skewMs === null) return rx - ts > unsaidMs ? { what: 'behindOrLate', ms: rx - ts } : null;
  if (Math.abs(skewMs) <= unsaidMs) return null;
  return { what: skewMs > 0 ? 'ahead' : 'behind', ms: Math.abs(skewMs) };
}

/** How old a value of that time is, ms: by the cloud's clock, what is known of the device's taken out. */
export const ageOf = (at: number, { clock, skewMs }: Latest, cloudNow: number): number => cloudNow - at + (clock === 'ok' ? (skewMs ?? 0) : 0);
