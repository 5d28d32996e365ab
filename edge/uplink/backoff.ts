/** Waiting before the next attempt: exponential with full jitter, so that agents cut off together do not come back together. */

const firstMs = 1000;
const longestMs = 60_000;
/** A refused token is not put right within seconds: at least half of the longest wait. */
const refusedMs = 30_000;

export class Backoff {
  #attempt = 0;

  /** Milliseconds to wait; `random` is in [0, 1). */
  next(refused: boolean, random: number): number {
    const ceiling = Math.min(longestMs, firstMs * 2 ** this.#attempt);
    this.#attempt = Math.min(this.#attempt + 1, 16);
    return refused ? refusedMs + random * (longestMs - refusedMs) : random * ceiling;
  }

  reset(): void {
    this.#attempt = 0;
  }
}
