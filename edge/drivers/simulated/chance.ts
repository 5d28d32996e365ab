/** Chance that is the same again for the same seed, time and purpose. */

/** In [0, 1), from whole numbers and a purpose. */
export function chance(seed: number, purpose: string, slot: number): number {
  let hash = (seed ^ 0x9e3779b9) >>> 0;
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (slot >>> 0), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ Math.floor(slot / 2 ** 32), 0xc2b2ae35) >>> 0;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x7feb352d) >>> 0;
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x846ca68b) >>> 0;
  hash ^= hash >>> 16;
  return (hash >>> 0) / 2 ** 32;
}

/** In [low, high), of the device for ever. */
export const trait = (seed: number, purpose: string, low: number, high: number): number => low + (high - low) * chance(seed, purpose, 0);

/** Wanders in [-1, 1], smoothly, over `period` milliseconds. */
export function drift(seed: number, purpose: string, at: number, period: number): number {
  const slot = Math.floor(at / period);
  const part = at / period - slot;
  const ease = part * part * (3 - 2 * part);
  const a = chance(seed, purpose, slot);
  const b = chance(seed, purpose, slot + 1);
  return 2 * (a + (b - a) * ease) - 1;
}

/** Jumps in [-1, 1], another value each second. */
export const jitter = (seed: number, purpose: string, at: number): number => 2 * chance(seed, purpose, Math.floor(at / 1000)) - 1;

/** To so many digits after the point: what a sensor resolves. */
export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
