import { reasonOf } from '../devices/errors.ts';
import type { Logger } from '../devices/log.ts';

/** What must be undone when the process ends: a named stack, last in first out, each step bounded in time. */
export class Ending {
  readonly #steps: { name: string; run: () => void | Promise<void> }[] = [];
  readonly #log: Logger;
  #done: Promise<void> | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(name: string, run: () => void | Promise<void>): void {
    this.#steps.push({ name, run });
  }

  /** Undoes all; a second call waits for the first. A step that fails or takes longer than `stepMs` is told and passed over. */
  run(stepMs: number): Promise<void> {
    this.#done ??= this.#undo(stepMs);
    return this.#done;
  }

  async #undo(stepMs: number): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      const { name, run } = step;
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), stepMs);
      });
      try {
        if ((await Promise.race([Promise.resolve(run()), tooLong])) === 'late') this.#log.error({ step: name, stepMs }, 'a step of the end took too long');
      } catch (thrown) {
        this.#log.error({ step: name, reason: reasonOf(thrown) }, 'a step of the end failed');
      }
      clearTimeout(timer);
    }
  }
}
