/** A seeded source of chance: the same seed gives the same numbers on every machine. Not for secrets. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In [low, high). */
  between(low: number, high: number): number;
  /** A whole number in [low, high], both included. */
  whole(low: number, high: number): number;
  pick<T>(from: readonly T[]): T;
  /** By weights, which need not add up to 1. */
  weighted<T>(from: readonly (readonly [T, number])[]): T;
  /** The same things in another order. */
  shuffled<T>(from: readonly T[]): T[];
  /** About normal: mean 0, deviation 1, within ±3. */
  normal(): number;
  chance(probability: number): boolean;
}

/** FNV-1a, to spread a text over 32 bits. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Each part of the generator draws from a source of its own, so that a change in one leaves the others as they were. */
export function seeded(seed: number, part: string): Random {
  let state = (spread(part) ^ Math.imul(seed, 0x9e3779b1)) >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  for (let i = 0; i < 8; i++) next();
  const random: Random = {
    next,
    between: (low, high) => low + next() * (high - low),
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (from) => from[Math.floor(next() * from.length)] as (typeof from)[number],
    weighted(from) {
      let rest = next() * from.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [thing, weight] of from) {
        rest -= weight;
        if (rest < 0) return thing;
      }
      return from[from.length - 1]?.[0] as (typeof from)[number][0];
    },
    shuffled(from) {
      const copy = [...from];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1));
        [copy[i], copy[j]] = [copy[j] as (typeof from)[number], copy[i] as (typeof from)[number]];
      }
      return copy;
    },
    normal: () => next() + next() + next() + next() + next() + next() - 3,
    chance: (probability) => next() < probability,
  };
  return random;
}
