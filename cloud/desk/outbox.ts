/** Carries what acts have committed to the journal: in order, at least once, each change under its id. */
import type { Clock } from '../../devices/clock.ts';
import { reasonOf, retry } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import type { Change } from '../ingest/ingest.ts';

/** A change and its place in the desk's own order. The same id may come again after a crash: who takes it drops what it has. */
export interface NumberedChange {
  id: number;
  change: Change;
}
/** Resolves when all are in the journal; rejects when none is. */
export type Append = (changes: NumberedChange[]) => Promise<void>;

interface Waiter {
  id: number;
  resolve(): void;
  reject(error: Error): void;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;

export class Outbox {
  #sent = 0;
  #pumping = false;
  #stopped = false;
  #pauseMs = firstPauseMs;
  #cancel: (() => void) | null = null;
  #waiters: Waiter[] = [];

  constructor(
    private readonly deps: {
      clock: Clock;
      log: Logger;
      append: Append;
      /** Rows after this id, oldest first, a bounded number. */
      rows: (after: number) => Promise<NumberedChange[]>;
    },
  ) {}

  /** All rows up to this id are in the journal and may be removed. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends what is left over, and goes on by itself. */
  send(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (!this.#pumping && !this.#stopped) void this.#pump();
  }

  /** Resolves when the row `id` and all before it are in the journal; rejects with a `retry` error when the journal refuses them now (they go out later). */
  until(id: number): Promise<void> {
    if (id <= this.#sent) return Promise.resolve();
    const waiting = new Promise<void>((resolve, reject) => this.#waiters.push({ id, resolve, reject }));
    this.send();
    return waiting;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
    this.#refuse(retry('stopping', 'The cloud is stopping; what was decided is kept and follows at the next start.'));
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (!this.#stopped) {
        const rows = await this.deps.rows(this.#sent);
        const last = rows.at(-1);
        if (!last) return;
        await this.deps.append(rows);
        this.#sent = last.id;
        this.#pauseMs = firstPauseMs;
        const done = this.#waiters.filter((waiter) => waiter.id <= last.id);
        this.#waiters = this.#waiters.filter((waiter) => waiter.id > last.id);
        for (const waiter of done) waiter.resolve();
      }
    } catch (error) {
      this.deps.log.warn({ reason: reasonOf(error), pauseMs: this.#pauseMs }, 'the journal took no change; trying again');
      this.#refuse(retry('journal-refused', 'The journal cannot take the change now; it is kept and follows by itself.', error));
      if (!this.#stopped) this.#cancel = this.deps.clock.after(this.#pauseMs, () => this.send());
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    } finally {
      this.#pumping = false;
      // Who came while the last look found nothing.
      if (!this.#cancel && !this.#stopped && this.#waiters.length > 0) this.send();
    }
  }

  #refuse(error: Error): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(error);
  }
}
