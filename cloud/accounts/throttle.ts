import type { Clock } from '../../devices/clock.ts';
import { Refusal } from '../refusal.ts';

const windowMs = 15 * 60_000;
const firstPauseMs = 30_000;
const longestPauseMs = 15 * 60_000;
/** More names and addresses than this are not remembered: the oldest go first. */
const remembered = 20_000;

interface Tries {
  count: number;
  at: number;
}

/**
 * Slows down who guesses. After `free` failed tries under one key the next must wait, twice as long each time.
 * A try counts from its beginning, so that many at once gain nothing.
 */
export class Throttle {
  #tries = new Map<string, Tries>();

  constructor(
    private readonly clock: Clock,
    private readonly free: number,
  ) {}

  /** Throws 429 with the seconds to wait; otherwise counts the try. */
  begin(key: string): void {
    const now = this.clock.mono();
    const tries = this.#tries.get(key);
    if (tries && now - tries.at < windowMs) {
      const waitMs = tries.count < this.free ? 0 : tries.at + Math.min(longestPauseMs, firstPauseMs * 2 ** (tries.count - this.free)) - now;
      if (waitMs > 0) throw new Refusal('too-many-attempts', 'Too many failed attempts; wait a little.', { retryAfter: Math.ceil(waitMs / 1000) });
    }
    const count = tries && now - tries.at < windowMs ? tries.count + 1 : 1;
    this.#tries.delete(key);
    this.#tries.set(key, { count, at: now });
    if (this.#tries.size > remembered) this.#tries.delete(this.#tries.keys().next().value as string);
  }

  /** It was not a guess. */
  succeeded(key: string): void {
    this.#tries.delete(key);
  }
}
