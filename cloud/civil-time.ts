/** The district's civil time (`GW_TIMEZONE`): what day it is there, and which instant a wall clock there means. Pure. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) {
    const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, hourCycle: 'h23', ...digits });
    formats.set(timezone, format);
  }
  return format;
}

/** What a wall clock there shows at this instant, as if it were UTC, in milliseconds. */
function shownAt(instant: number, timezone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timezone).formatToParts(instant)) if (type !== 'literal') part[type] = Number(value);
  return Date.UTC(part.year as number, (part.month as number) - 1, part.day, part.hour, part.minute, part.second);
}

/** `yyyymmdd` of the instant (ms since 1970 UTC). */
export const dayOf = (instant: number, timezone: string): string => new Date(shownAt(instant, timezone)).toISOString().slice(0, 10).replaceAll('-', '');

/** The instant (ms since 1970 UTC) at which a wall clock there shows this; `shown` is the clock's face read as if it were UTC. In a fold the later one. */
export function instantOf(shown: number, timezone: string): number {
  // The offset of a first guess may be that of the other side of a change; the second guess is right.
  const guess = shown - (shownAt(shown, timezone) - shown);
  return shown - (shownAt(guess, timezone) - guess);
}
