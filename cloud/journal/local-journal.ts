/** The journal as its own thread holds it: what is put together here is the writer of the contract, its time, its bound and its consumers. */
import type { MessagePort } from 'node:worker_threads';
import { type Clock, every } from '../../devices/clock.ts';
import { reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import { encode } from './codec.ts';
import { Consumers } from './consumers.ts';
import { GroupCommit, type Part, refused } from './group-commit.ts';
import type { Entry, JournalStats, JournalWriter, Share, ToJournal } from './journal.ts';
import { JournalFile } from './journal-file.ts';
import { JournalTime } from './journal-time.ts';
import { Room } from './room.ts';
import { logLimit, Upkeep } from './upkeep.ts';

export interface JournalOptions {
  file: string;
  maxBytes: number;
  clock: Clock;
  log: Logger;
  consumers: Record<string, MessagePort>;
  /** Whether telemetry may be sent; told when it changes. */
  flow(on: boolean): void;
  /** After each group, when all its parts are answered. */
  answered(): void;
}

/** An idle second is an entry, ms. */
const tickMs = 1000;
const upkeepMs = 1000;

export class LocalJournal implements JournalWriter {
  readonly #file: JournalFile;
  readonly #consumers: Consumers;
  #commits!: GroupCommit;
  #upkeep!: Upkeep;
  #time!: JournalTime;
  #cancelTick = () => {};
  #stopUpkeep = () => {};
  #started = false;
  #stopped = false;
  /** What was found when the file was opened; null: nothing was wrong. */
  #damage: string | null = null;
  /** Why rows could not be removed last; told once, not each second. */
  #upkeepError: string | null = null;

  constructor(readonly options: JournalOptions) {
    this.#file = new JournalFile(options.file, logLimit(options.maxBytes));
    this.#consumers = new Consumers(options.consumers, (name, told) => this.#announced(name, told));
  }

  /** Opens the file; throws a fatal error when it cannot be used. */
  start(): void {
    const { clock, maxBytes } = this.options;
    this.#damage = this.#file.open(clock.now());
    if (this.#damage !== null) this.options.log.error(this.#damage);
    this.#time = new JournalTime(clock, this.#file.jt);
    this.#commits = new GroupCommit(this.#file, this.#time, new Room(maxBytes), clock, { committed: (bytes) => this.#committed(bytes), flow: this.options.flow });
    this.#upkeep = new Upkeep(this.#file, this.#commits, maxBytes);
    this.#commits.measure();
    this.#started = true;
    this.#consumers.start();
    this.#consumers.tell(this.#file.lastRow);
    this.#stopUpkeep = every(clock, upkeepMs, () => this.#tidy());
  }

  append(entries: Entry[], share: Share): Promise<void> {
    const { data, n, telemetry } = encode(entries, share);
    return new Promise((resolve, reject) => {
      this.appendPart({ data: new Uint8Array(data), n, telemetry, answer: (refusal) => (refusal ? reject(refused(refusal)) : resolve()) });
    });
  }

  /** What is encoded already. */
  appendPart(part: Part): void {
    this.#commits.append(part);
  }

  /** The cloud listens from now on, or no longer. */
  async listening(on: boolean): Promise<void> {
    if (on === this.#time.listening) return;
    this.#cancelTick();
    this.#time.listen(on);
    if (on) {
      this.#armTick(tickMs);
      await this.append([{ type: 'start', rx: this.options.clock.now() }], 'event');
    } else {
      this.#commits.drain();
      this.#file.rest(this.#time.now());
    }
  }

  stats(): JournalStats {
    const { counts, usedBytes, commitMs, error } = this.#commits;
    return {
      ...counts,
      bytes: usedBytes,
      maxBytes: this.options.maxBytes,
      lastRow: this.#file.lastRow,
      firstRow: this.#upkeep.firstRow,
      commitMs,
      error: error ?? this.#upkeepError,
      damage: this.#damage,
    };
  }

  stop(): void {
    if (!this.#started || this.#stopped) return;
    this.#stopped = true;
    this.#cancelTick();
    this.#stopUpkeep();
    this.#commits.drain();
    try {
      this.#file.rest(this.#time.now());
      this.#file.checkpoint();
    } catch (thrown) {
      // The rows are safe in the log; a second's journal time may be lost.
      this.options.log.error({ err: thrown }, `the journal could not be put to rest: ${reasonOf(thrown)}`);
    }
    this.#consumers.stop();
    this.#file.close();
  }

  #committed(bytes: number | null): void {
    this.options.answered();
    if (bytes === null) return;
    this.#consumers.tell(this.#file.lastRow);
    this.#guarded(() => this.#upkeep.written(bytes));
  }

  #announced(name: string, { durable, jt }: ToJournal): void {
    if (jt !== undefined) this.#time.atLeast(jt);
    if (durable <= this.#file.lastRow) return;
    // Rows that were acknowledged are gone (a torn log, an old copy put back). New ones must not take their numbers, or this consumer would pass over them.
    this.options.log.error(
      { consumer: name, durable, lastRow: this.#file.lastRow },
      `the journal has lost rows: ${name} has seen row ${durable}, the last one here is ${this.#file.lastRow}`,
    );
    this.#file.skipTo(durable);
  }

  #armTick(ms: number): void {
    this.#cancelTick = this.options.clock.after(ms, () => {
      const idle = this.options.clock.mono() - this.#commits.lastCommit;
      if (idle < tickMs) return this.#armTick(tickMs - idle);
      // While the disk refuses, this is also what finds out that it takes again; the refusal itself is counted and told by stats().
      this.append([{ type: 'tick', rx: this.options.clock.now() }], 'event').catch((thrown) => this.options.log.debug({ err: thrown }, 'no tick'));
      this.#armTick(tickMs);
    });
  }

  #tidy(): void {
    const passed = this.#consumers.passed();
    if (passed === null || this.#stopped) return;
    this.#guarded(() => {
      const more = this.#upkeep.trim(passed);
      if (more) setImmediate(() => this.#tidy());
    });
  }

  #guarded(work: () => void): void {
    try {
      work();
      this.#upkeepError = null;
    } catch (thrown) {
      const reason = reasonOf(thrown);
      if (reason !== this.#upkeepError) this.options.log.error({ err: thrown }, `the journal's upkeep failed and is tried again: ${reason}`);
      this.#upkeepError = reason;
    }
  }
}
