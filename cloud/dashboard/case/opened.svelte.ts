import { get } from '../app/api.ts';
import type { Case } from '../app/shapes.ts';
import { live } from '../live/live.svelte.ts';
import { newer } from './newer.ts';

/** One opened case: what the socket tells of it while it is open, and what was asked for or answered since. */
export class Opened {
  #answer = $state.raw<Case | null>(null);
  failure = $state.raw<unknown>(null);
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }
  get id(): string {
    return this.#id;
  }
  get one(): Case | null {
    return newer(live.openCase(this.#id) ?? null, this.#answer);
  }
  /** The answer to an act: shown at once, the socket follows. */
  take(one: Case): void {
    if (one.id === this.#id) this.#answer = newer(one, this.#answer);
  }
  async load(): Promise<void> {
    this.failure = null;
    try {
      this.take(await get<Case>(`/api/cases/${encodeURIComponent(this.#id)}`));
    } catch (error) {
      this.failure = error;
    }
  }
}
