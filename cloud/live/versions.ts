/** Versions grow and are never used twice, over restarts too: they are reserved on disk by blocks before they are told to anybody. */
import { reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import type { Desk } from '../desk/desk.ts';

export class Versions {
  readonly #deps: { desk: Pick<Desk, 'act'>; log: Logger };
  #last = 0;
  #reserved = 0;
  #reserving = false;

  constructor(
    deps: { desk: Pick<Desk, 'act'>; log: Logger },
    private readonly block = 1_000_000,
  ) {
    this.#deps = deps;
  }

  /** The desk must be started. */
  async start(): Promise<void> {
    const reserved = await this.#reserve();
    this.#reserved = reserved;
    this.#last = reserved - this.block;
  }

  get last(): number {
    return this.#last;
  }

  /** undefined: the disk has refused to reserve more for so long that none is left; try again later. */
  next(): number | undefined {
    if (this.#last + this.block / 2 >= this.#reserved) void this.#more();
    return this.#last < this.#reserved ? ++this.#last : undefined;
  }

  async #more(): Promise<void> {
    if (this.#reserving) return;
    this.#reserving = true;
    try {
      const reserved = await this.#reserve();
      // What another writer has taken in between is not ours.
      if (reserved - this.block !== this.#reserved) this.#last = reserved - this.block;
      this.#reserved = reserved;
    } catch (error) {
      this.#deps.log.warn({ reason: reasonOf(error) }, 'no versions of the live view could be reserved; trying again');
    } finally {
      this.#reserving = false;
    }
  }

  #reserve(): Promise<number> {
    return this.#deps.desk.act(async (trx) => {
      const { reserved } = await trx
        .updateTable('live_versions')
        .set((now) => ({ reserved: now('reserved', '+', this.block) }))
        .returning('reserved')
        .executeTakeFirstOrThrow();
      return reserved;
    });
  }
}
