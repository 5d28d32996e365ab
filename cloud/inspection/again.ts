import type { Clock } from '../../devices/clock.ts';
import { reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';

export interface InspectionDeps {
  clock: Clock;
  log: Logger;
  /** The whole look, in a thread of its own. */
  look(): Promise<string[]>;
}

/** The first comes when the start is over, ms; then one each day. */
const firstMs = 60_000;
const againMs = 86_400_000;

/** Looks at the whole data folder, now and again while the cloud runs. */
export class Inspection {
  readonly #deps: InspectionDeps;
  #found: string[] = [];
  #cancel = () => {};
  #stopped = false;

  constructor(deps: InspectionDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#later(firstMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** What the last look has found, in sentences. */
  get found(): readonly string[] {
    return this.#found;
  }

  #later(ms: number): void {
    if (!this.#stopped) this.#cancel = this.#deps.clock.after(ms, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { look, log } = this.#deps;
    try {
      const found = await look();
      for (const sentence of found) if (!this.#found.includes(sentence)) log.error(sentence);
      this.#found = found;
    } catch (thrown) {
      log.error({ err: thrown }, `the data folder could not be looked at: ${reasonOf(thrown)}`);
    }
    this.#later(againMs);
  }
}
