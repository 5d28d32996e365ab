/**
 * Waiting before the next attempt: exponential, and by chance, so that agents cut off together do not come back together. The first wait is anything up to
 * its ceiling; each later one at least half of it, so that nobody's ceiling runs ahead of the time that has passed: who lost a cloud for seconds is back
 * within seconds, and who is cut off as often as it connects does so ever more slowly.
 */

const firstMs = 1000;
const longestMs = 60_000;
/** A refused token is not put right within seconds: at least half of the longest wait. */
const refusedMs = 30_000;

export class Backoff {
  #attempt = 0;

  /** Milliseconds to wait; `random` is in [0, 1). */
  next(refused: boolean, random: number): number {
    const ceiling = refused ? longestMs : Math.min(longestMs, firstMs * 2 ** this.#attempt);
    const least = refused ? refusedMs : this.#attempt === 0 ? 0 : ceiling / 2;
    this.#attempt = Math.min(this.#attempt + 1, 16);
    return least + random * (ceiling - least);
  }

  reset(): void {
    this.#attempt = 0;
  }
}
