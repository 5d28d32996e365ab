/** What the agent remembers over restarts: texts by key, read from memory, written through the outbox. */
import type { Addition, Outbox } from './outbox/outbox.ts';

export interface Memory {
  /** null: nothing. */
  recall(key: string): string | null;
  /** null forgets. Resolves when it is on disk; `recall` knows it at once. */
  remember(key: string, value: string | null): Promise<void>;
  /** The same memory, its keys below `prefix`. */
  below(prefix: string): Memory;
  /** Remembers as part of an addition that somebody else makes: all of it, or nothing, is on disk then. */
  with(addition: Addition, key: string, value: string | null): void;
}

export class OutboxMemory implements Memory {
  readonly #outbox: Pick<Outbox, 'add'>;
  readonly #state: Map<string, string>;
  readonly #prefix: string;

  constructor(outbox: Pick<Outbox, 'add'>, state: Map<string, string>, prefix = '') {
    this.#outbox = outbox;
    this.#state = state;
    this.#prefix = prefix;
  }

  recall(key: string): string | null {
    return this.#state.get(this.#prefix + key) ?? null;
  }

  remember(key: string, value: string | null): Promise<void> {
    const addition: Addition = {};
    this.with(addition, key, value);
    return this.#outbox.add(addition);
  }

  below(prefix: string): Memory {
    return new OutboxMemory(this.#outbox, this.#state, `${this.#prefix}${prefix}/`);
  }

  with(addition: Addition, key: string, value: string | null): void {
    const full = this.#prefix + key;
    if (value === null) this.#state.delete(full);
    else this.#state.set(full, value);
    addition.state = [...(addition.state ?? []), [full, value]];
  }
}
