import type { Clock } from '../../devices/clock.ts';

/**
 * The most that one look at the clock may add, ms. The journal looks at least each second while it works; a longer step means that it did not (the process
 * was stopped, the machine slept, the disk hung), and while it does not work the cloud does not listen.
 */
const longestStep = 5000;

/** The journal's own time, ms: goes on by the monotonic clock while the cloud listens, stands still while it does not, and never jumps. */
export class JournalTime {
  #at: number;
  #seen = 0;
  #listening = false;

  constructor(
    readonly clock: Clock,
    /** Where it stood when it was last written down. */
    at: number,
  ) {
    this.#at = at;
  }

  get listening(): boolean {
    return this.#listening;
  }

  listen(on: boolean): void {
    this.now();
    this.#seen = this.clock.mono();
    this.#listening = on;
  }

  /** It is this late already: somebody has judged by it. A journal that was lost must not begin in the past. */
  atLeast(jt: number): void {
    this.#at = Math.max(this.#at, jt);
  }

  /** Whole milliseconds. */
  now(): number {
    if (this.#listening) {
      const mono = this.clock.mono();
      this.#at += Math.min(mono - this.#seen, longestStep);
      this.#seen = mono;
    }
    return Math.floor(this.#at);
  }
}
