import type { Clock } from '../../devices/clock.ts';
import { Refusal } from '../refusal.ts';

const windowMs = 15 * 60_000;
const firstPauseMs = 30_000;
const longestPauseMs = 15 * 60_000;
/** More names and addresses than this are not remembered: the oldest go first. */
const remembered = 20_000;

interface Tries {
  failed: number;
  /** Of the last failure. */
  at: number;
  underWay: number;
  /** Who waits until one under way has ended. */
  waiting: (() => void)[];
}
/** `void`: it came to no answer. */
type Outcome = 'succeeded' | 'failed' | 'void';

/**
 * Slows down who guesses. After `free` failed tries under one key the next must wait, twice as long each time. Tries that come together wait for one
 * another as far as they might be guesses: many at once gain nothing, and nobody is refused for what succeeds.
 */
export class Throttle {
  #tries = new Map<string, Tries>();

  constructor(
    private readonly clock: Clock,
    private readonly free: number,
  ) {}

  /** Throws 429 with the seconds to wait; otherwise the try is under way until `end`. */
  async begin(key: string): Promise<void> {
    for (;;) {
      const now = this.clock.mono();
      const tries = this.#of(key, now);
      const waitMs = tries.failed < this.free ? 0 : tries.at + Math.min(longestPauseMs, firstPauseMs * 2 ** (tries.failed - this.free)) - now;
      if (waitMs > 0) throw new Refusal('too-many-attempts', 'Too many failed attempts; wait a little.', { retryAfter: Math.ceil(waitMs / 1000) });
      if (tries.underWay === 0 || tries.failed + tries.underWay < this.free) {
        tries.underWay++;
        return;
      }
      await new Promise<void>((wake) => tries.waiting.push(wake));
    }
  }

  end(key: string, outcome: Outcome): void {
    const tries = this.#tries.get(key);
    if (!tries) return;
    tries.underWay--;
    if (outcome === 'succeeded') tries.failed = 0;
    if (outcome === 'failed') {
      tries.failed++;
      tries.at = this.clock.mono();
    }
    const { waiting } = tries;
    tries.waiting = [];
    if (tries.failed === 0 && tries.underWay === 0 && waiting.length === 0) this.#tries.delete(key);
    for (const wake of waiting) wake();
  }

  #of(key: string, now: number): Tries {
    let tries = this.#tries.get(key);
    if (!tries) {
      tries = { failed: 0, at: now, underWay: 0, waiting: [] };
      const oldest = this.#tries.size >= remembered ? [...this.#tries].find(([, { underWay }]) => underWay === 0) : undefined;
      if (oldest) this.#tries.delete(oldest[0]);
      this.#tries.set(key, tries);
    } else if (now - tries.at >= windowMs) tries.failed = 0;
    return tries;
  }
}

/** Runs an attempt that may be a guess, under all of these limits; undefined is a failure. */
export async function slowed<T>(limits: readonly (readonly [limit: Throttle, key: string])[], attempt: () => Promise<T | undefined>): Promise<T | undefined> {
  const begun: (readonly [Throttle, string])[] = [];
  let outcome: Outcome = 'void';
  try {
    for (const one of limits) {
      await one[0].begin(one[1]);
      begun.push(one);
    }
    const result = await attempt();
    outcome = result === undefined ? 'failed' : 'succeeded';
    return result;
  } finally {
    for (const [limit, key] of begun) limit.end(key, outcome);
  }
}
