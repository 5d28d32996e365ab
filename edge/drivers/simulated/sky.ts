/** Sun, civil time and weather of the demo district: 36.4° N, 114.2° E, civil time UTC+8 without summer time. */
import { drift } from './chance.ts';

const latitude = (36.4 * Math.PI) / 180;
const longitude = 114.2;
const civilMs = 8 * 3_600_000;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Days since 1970 by civil time. */
export const dayOf = (at: number): number => Math.floor((at + civilMs) / dayMs);
/** Hours since civil midnight, [0, 24). */
export const hourOf = (at: number): number => ((at + civilMs) % dayMs) / hourMs;
/** The instant of a civil day's hour. */
export const instant = (day: number, hour: number): number => day * dayMs + hour * hourMs - civilMs;
/** 0 Sunday … 6 Saturday. */
export const weekdayOf = (day: number): number => (day + 4) % 7;

/** Sunrise and sunset of a civil day, in hours since its midnight (sunrise equation, with refraction; good to some minutes). */
export function sunOf(day: number): { rise: number; set: number } {
  const ofYear = ((day % 365.2425) + 365.2425) % 365.2425;
  const angle = (2 * Math.PI * (ofYear + 10)) / 365.2425;
  const declination = -0.4093 * Math.cos(angle);
  const b = (2 * Math.PI * (ofYear - 81)) / 364;
  const equationMin = 9.87 * Math.sin(2 * b) - 7.53 * Math.cos(b) - 1.5 * Math.sin(b);
  const cosine = (Math.sin(-0.0145) - Math.sin(latitude) * Math.sin(declination)) / (Math.cos(latitude) * Math.cos(declination));
  const half = (Math.acos(Math.min(1, Math.max(-1, cosine))) * 12) / Math.PI;
  const noon = 12 - equationMin / 60 + 8 - longitude / 15;
  return { rise: noon - half, set: noon + half };
}

export function isDark(at: number): boolean {
  const hour = hourOf(at);
  const { rise, set } = sunOf(dayOf(at));
  return hour < rise || hour >= set;
}

/** Outdoor temperature in °C: the season, the hour of the day, and the weather of some days. */
export function airOf(at: number): number {
  const season = 13.5 - 14 * Math.cos((2 * Math.PI * (((at / dayMs) % 365.2425) - 18)) / 365.2425);
  return season - 5 * Math.cos((2 * Math.PI * (hourOf(at) - 3)) / 24) + 3.5 * drift(1, 'weather', at, 2 * dayMs);
}

/** How busy the streets are, [0, 1]: two peaks on working days. */
export function trafficOf(at: number): number {
  const hour = hourOf(at);
  const peak = (centre: number, width: number) => Math.exp(-(((hour - centre) / width) ** 2));
  const working = ![0, 6].includes(weekdayOf(dayOf(at)));
  return Math.min(1, 0.05 + 0.35 * peak(13, 5) + (working ? 0.6 : 0.2) * (peak(7.8, 1.2) + peak(17.8, 1.4)));
}
