/** The outbox as the agent sees it: requests to its thread, and the additions of one commit gathered while the one before is under way. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../devices/clock.ts';
import { fatal, retry } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import { Gathering, type Group } from './gathering.ts';
import type { Addition, Beginning, CommandMemo, Outbox, OutboxStats, Parcel, Room } from './outbox.ts';
import type { StoreOptions } from './store.ts';
import type { Answer, Request } from './thread.ts';

export interface OutboxOptions {
  folder: string;
  maxMb: number;
  clock: Clock;
  log: Logger;
  /** The built `outbox.thread.js`. */
  thread: URL;
}

/** An acknowledgement waits so long for a commit to go along with: if it is lost, that only means a repeat. */
const forgetWithinMs = 2000;
const warnEveryMs = 60_000;
/** After a commit that failed (a full disk) the next try. */
const retryMs = 1000;

export class ThreadOutbox implements Outbox {
  readonly #options: OutboxOptions;
  readonly #gathering = new Gathering();
  readonly #asked: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  #worker: Worker | null = null;
  #isOpen = false;
  #stats: OutboxStats = { waiting: 0, dropped: 0 };
  #committing: Group | null = null;
  /** What each parcel that was taken holds. */
  readonly #sizes = new Map<number, number>();
  #idle: (() => void)[] = [];
  #forgetSoon: (() => void) | null = null;
  #retrySoon: (() => void) | null = null;
  #droppedTold = 0;
  #tellDropped: (() => void) | null = null;
  #tellChange: () => void = () => {};
  #tellFailure: (error: Error) => void = () => {};
  #stopping: Promise<void> | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  async start(): Promise<Beginning> {
    const { folder, maxMb, clock, thread } = this.#options;
    const workerData: StoreOptions = { folder, maxMb, now: clock.now() };
    // Small on purpose: an agent lives on a gateway's memory.
    const worker = new Worker(thread, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 192 } });
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#heard(answer));
    worker.on('error', (error) => this.#failed(fatal('outbox-thread', `the outbox's thread has failed: ${error.message}`, error)));
    worker.on('exit', () => this.#failed(fatal('outbox-thread', "the outbox's thread has ended")));
    try {
      const { beginning } = await this.#ask({ ask: 'open' });
      this.#isOpen = true;
      this.#droppedTold = this.#stats.dropped;
      return beginning as Beginning;
    } catch (error) {
      this.#worker = null;
      worker.removeAllListeners('exit');
      await worker.terminate();
      throw error;
    }
  }

  onChange(tell: () => void): void {
    this.#tellChange = tell;
  }

  onFailure(tell: (error: Error) => void): void {
    this.#tellFailure = tell;
  }

  add(addition: Addition): Promise<void> {
    if (this.#stopping) return Promise.reject(retry('stopping', 'the outbox is stopping'));
    const committed = this.#gathering.add(addition);
    // What is said in one go becomes one commit.
    queueMicrotask(() => this.#commit());
    return committed;
  }

  forget(key: number): void {
    this.#gathering.forget(key, this.#sizes.get(key) ?? 0);
    this.#sizes.delete(key);
    this.#forgetSoon ??= this.#options.clock.after(forgetWithinMs, () => {
      this.#forgetSoon = null;
      this.#commit();
    });
  }

  async take(room: Room): Promise<Parcel[]> {
    const { parcels = [] } = await this.#ask({ ask: 'take', room });
    for (const parcel of parcels) this.#sizes.set(parcel.key, 'urgent' in parcel ? 1 : parcel.readings.length);
    return parcels;
  }

  async rewind(): Promise<void> {
    await this.#flush();
    await this.#ask({ ask: 'rewind' });
    this.#sizes.clear();
  }

  async command(id: string): Promise<CommandMemo | null> {
    return (await this.#ask({ ask: 'command', id })).command ?? null;
  }

  stats(): OutboxStats {
    const { waiting, lost } = this.#committing ?? { waiting: 0, lost: 0 };
    return { waiting: this.#stats.waiting + waiting + this.#gathering.waiting, dropped: this.#stats.dropped + lost + this.#gathering.lost };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#close();
    return this.#stopping;
  }

  async #close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    await this.#flush();
    this.#forgetSoon?.();
    this.#retrySoon?.();
    this.#tellDropped?.();
    worker.removeAllListeners('exit');
    const ended = once(worker, 'exit');
    await this.#ask({ ask: 'close' });
    await ended;
    this.#worker = null;
  }

  /** Resolves when all that was gathered so far is committed, or a commit has failed. */
  async #flush(): Promise<void> {
    this.#commit();
    if (this.#committing) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #commit(): void {
    if (this.#committing || this.#retrySoon || this.#gathering.empty || !this.#worker) return;
    const group = this.#gathering.next();
    this.#committing = group;
    this.#ask({ ask: 'commit', additions: group.additions, forget: group.forget, lost: group.lost }).then(
      () => {
        group.done();
        this.#committed();
      },
      (error: Error) => {
        this.#options.log.error({ err: error }, 'outbox: what was to be kept is not on disk yet, trying again');
        this.#gathering.giveBack(group);
        this.#retrySoon = this.#options.clock.after(retryMs, () => {
          this.#retrySoon = null;
          this.#commit();
        });
        this.#committed();
      },
    );
  }

  #committed(): void {
    this.#committing = null;
    if (this.#stats.dropped > this.#droppedTold) this.#warn();
    this.#commit();
    if (!this.#committing) for (const resolve of this.#idle.splice(0)) resolve();
    this.#tellChange();
  }

  /** Of readings given up for want of room, at most each minute. */
  #warn(): void {
    if (this.#tellDropped) return;
    const { dropped } = this.#stats;
    this.#options.log.warn({ dropped: dropped - this.#droppedTold, in_all: dropped }, 'outbox: it is full, the oldest readings are dropped');
    this.#droppedTold = dropped;
    this.#tellDropped = this.#options.clock.after(warnEveryMs, () => {
      this.#tellDropped = null;
      if (this.#stats.dropped > this.#droppedTold) this.#warn();
    });
  }

  #ask(request: Request): Promise<Answer> {
    const worker = this.#worker;
    if (!worker) return Promise.reject(retry('outbox-closed', 'the outbox is not open'));
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      worker.postMessage(request);
    });
  }

  #heard(answer: Answer): void {
    if (answer.stats) this.#stats = answer.stats;
    for (const sentence of answer.damage ?? []) this.#options.log.error(`outbox: ${sentence}`);
    const asked = this.#asked.shift();
    if (answer.error) {
      const error = (answer.error.fatal ? fatal : retry)(answer.error.code, answer.error.message);
      asked?.reject(error);
      // Opening is answered to whoever starts it; later nothing can be kept any more.
      if (answer.error.fatal && this.#isOpen) this.#failed(error);
    } else asked?.resolve(answer);
  }

  #failed(error: Error): void {
    this.#worker = null;
    for (const { reject } of this.#asked.splice(0)) reject(error);
    this.#tellFailure(error);
  }
}
