/** A lithium cell that sags slowly over its years, and is changed in time. */
import { drift, rounded, trait } from './chance.ts';
import { dayMs } from './sky.ts';

const lifeMs = 10 * 365 * dayMs;
/** Technicians put in a new one after so long, before it is low. */
const changedMs = 4 * 365 * dayMs;
const full = 3.65;
const empty = 3.1;

/** Volts at an instant, at `celsius`. */
export function cellVolts(seed: number, at: number, celsius: number): number {
  const age = (at + trait(seed, 'cell age', 0, 1) * changedMs) % changedMs;
  const volts = full - ((full - empty) * age) / lifeMs + 0.0008 * (celsius - 15) + 0.004 * drift(seed, 'cell', at, dayMs);
  return rounded(volts, 3);
}

/** Per cent of the charge that such a voltage stands for. */
export const cellPercent = (volts: number): number => rounded(Math.min(100, Math.max(0, ((volts - empty) / (full - empty)) * 100)), 0);
