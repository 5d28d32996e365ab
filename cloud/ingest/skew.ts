/** How far an agent's clock is ahead of or behind the cloud's, by what it says of when it sent something. */

const windowMs = 60_000;

/**
 * The least of what lay between sending and receiving, by the two clocks, is their difference with the shortest way on the network in it. Of the last
 * one to two minutes, so that a clock that is set right is soon believed.
 */
export class Skew {
  #since = Number.NEGATIVE_INFINITY;
  #before = Number.POSITIVE_INFINITY;
  #least = Number.POSITIVE_INFINITY;

  /** `sent` by the agent's clock, `rx` by the cloud's, ms. */
  add(sent: number, rx: number): void {
    if (Math.abs(rx - this.#since) >= windowMs) {
      this.#before = Math.abs(rx - this.#since) < 2 * windowMs ? this.#least : Number.POSITIVE_INFINITY;
      this.#least = Number.POSITIVE_INFINITY;
      this.#since = rx;
    }
    this.#least = Math.min(this.#least, rx - sent);
  }

  /** To be added to the agent's clock to have the cloud's, ms; null: it never said when it sent anything. */
  get ms(): number | null {
    const least = Math.min(this.#before, this.#least);
    return Number.isFinite(least) ? least : null;
  }
}
