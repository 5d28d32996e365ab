/** A lithium cell that sags slowly over its years. */
import { drift, rounded, trait } from './chance.ts';
import { dayMs } from './sky.ts';

/** The cells of the district were put in during the three years before. */
const fitted = Date.UTC(2026, 0, 1);
const lifeMs = 8 * 365 * dayMs;
const full = 3.65;
const empty = 3.1;

/** Volts at an instant, at `celsius`. */
export function cellVolts(seed: number, at: number, celsius: number): number {
  const age = (at - fitted + trait(seed, 'cell age', 0, 3 * 365) * dayMs) / lifeMs;
  const volts = full - (full - empty) * Math.min(1, Math.max(0, age)) + 0.0008 * (celsius - 15) + 0.004 * drift(seed, 'cell', at, dayMs);
  return rounded(volts, 3);
}

/** Per cent of the charge that such a voltage stands for. */
export const cellPercent = (volts: number): number => rounded(Math.min(100, Math.max(0, ((volts - empty) / (full - empty)) * 100)), 0);
