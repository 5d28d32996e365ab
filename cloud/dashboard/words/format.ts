import type { Language } from './key.ts';

/** How numbers, times and durations are written (screen.md §8). Pure: the language and the zone are handed in. */

const groups = new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 });
const fixed = new Map<number, Intl.NumberFormat>();

/** `49,481`; with digits `22.7`. A true minus sign. */
export function number(value: number, digits?: number): string {
  if (!Number.isFinite(value)) return '–';
  let format = groups;
  if (digits !== undefined) {
    format = fixed.get(digits) ?? new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
    fixed.set(digits, format);
  }
  return format.format(value).replace('-', '−');
}

/** A unit as it stands after a value: `°` and `%` close to it, others with a gap. */
export const withUnit = (text: string, unit: string): string => (unit === '' ? text : unit === '°' || unit === '%' ? `${text}${unit}` : `${text} ${unit}`);

/** `960` `1.2k` `16k`, for the discs on the map. */
export function short(count: number): string {
  if (count < 1000) return String(count);
  if (count < 9950) return `${(count / 1000).toFixed(1)}k`;
  return `${Math.round(count / 1000)}k`;
}

const unitWords = { zh: { ms: '毫秒', s: '秒', m: '分', h: '时', d: '天' }, en: { ms: 'ms', s: 's', m: 'm', h: 'h', d: 'd' } };

/** How long, in the two parts that matter: `4 秒`, `2 分 32 秒`, `11 分`, `1 时 20 分`, `3 天 4 时`. Negative counts as none. */
export function duration(ms: number, language: Language): string {
  const words = unitWords[language];
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const part = (value: number, unit: keyof typeof words) => `${value} ${words[unit]}`;
  const two = (value: number, unit: keyof typeof words) => `${String(value).padStart(2, '0')} ${words[unit]}`;
  if (seconds < 60) return part(seconds, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${part(minutes, 'm')} ${two(seconds % 60, 's')}`;
  if (minutes < 60) return part(minutes, 'm');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? part(hours, 'h') : `${part(hours, 'h')} ${two(minutes % 60, 'm')}`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 || days > 9 ? part(days, 'd') : `${part(days, 'd')} ${part(hours % 24, 'h')}`;
}

/** How old a value is, as short as a table column wants it: one part alone. */
export function age(ms: number, language: Language): string {
  const words = unitWords[language];
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} ${words.s}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${words.m}`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} ${words.h}`;
  return `${Math.floor(seconds / 86_400)} ${words.d}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function partsOf(ms: number, zone: string): Record<string, string> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, part.value]));
}
/** `09:12:36` */
export function clockTime(ms: number, zone: string): string {
  const p = partsOf(ms, zone);
  return `${p.hour}:${p.minute}:${p.second}`;
}
/** `09:12` */
export const minuteTime = (ms: number, zone: string): string => clockTime(ms, zone).slice(0, 5);
/** `2026-11-24` */
export function day(ms: number, zone: string): string {
  const p = partsOf(ms, zone);
  return `${p.year}-${p.month}-${p.day}`;
}
/** `2026-11-24 09:12` */
export const dateTime = (ms: number, zone: string): string => `${day(ms, zone)} ${minuteTime(ms, zone)}`;
/** The time alone for today, `11-24 09:12` else. */
export function nearTime(ms: number, now: number, zone: string): string {
  return day(ms, zone) === day(now, zone) ? clockTime(ms, zone) : `${day(ms, zone).slice(5)} ${minuteTime(ms, zone)}`;
}
/** The first moment of the day of `now` in the zone, ms. Walks back from the wall time; a shift of the clock that day is taken in. */
export function dayStart(now: number, zone: string): number {
  const p = partsOf(now, zone);
  const since = (Number(p.hour) * 3600 + Number(p.minute) * 60 + Number(p.second)) * 1000 + (now % 1000);
  const guess = now - since;
  const q = partsOf(guess, zone);
  const off = Number(q.hour) * 3600 + Number(q.minute) * 60 + Number(q.second);
  if (off === 0) return guess;
  return off < 43_200 ? guess - off * 1000 : guess + (86_400 - off) * 1000;
}
/** A code in its groups: a sixteen-digit component code as `130406 0102 004417`, others as they are. */
export const groupedCode = (code: string): string => (/^\d{16}$/.test(code) ? `${code.slice(0, 6)} ${code.slice(6, 10)} ${code.slice(10)}` : code);
