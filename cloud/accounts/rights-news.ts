import { reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';

/** Whose rights changed or ended: all of an account's, or one session or token of it, by its public id. */
export interface RightsChange {
  username: string;
  session?: string;
  token?: string;
}

/** Tells of changes of rights. One listener's failure does not keep it from the others. */
export class RightsNews {
  #listeners = new Set<(change: RightsChange) => void>();

  constructor(private readonly log: Logger) {}

  on = (listener: (change: RightsChange) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  tell(change: RightsChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.log.error({ reason: reasonOf(error) }, 'a listener of rights failed');
      }
    }
  }
}
