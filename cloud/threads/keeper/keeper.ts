/**
 * Keeps the readings of the journal in a telemetry store, behind a cursor of its own: a store that is away stops nobody else. The cursor, the register
 * as it is known here and what was parked are one transaction, with the embedded store's readings in it, after a distant store has them.
 */
import type { Database } from 'better-sqlite3';
import type { Clock } from '../../../devices/clock.ts';
import { GwError, reasonOf } from '../../../devices/errors.ts';
import type { Logger } from '../../../devices/log.ts';
import { Hop } from '../../hops.ts';
import { DeviceTable } from '../../ingest/ingest.ts';
import type { JournalReader } from '../../journal/journal.ts';
import { type Rejected, type Series, type TelemetryQuery, TooManyPoints } from '../../telemetry/telemetry.ts';
import { ParkedShelf } from '../judge/parked.ts';
import type { ParkedRow, TelemetryCalls } from '../threads.ts';
import type { Batch } from './batch.ts';
import { Gather } from './gather.ts';
import { parkedOf } from './refused.ts';
import type { Sink } from './sink.ts';

/** Between two writes while readings come singly, ms; the first after a pause does not wait. */
const pauseMs = 100;
/** How long rows without a reading may wait to be passed, ms. */
const idleMs = 5000;
/** Before a refused batch is tried again, ms: at first, and at most. */
const firstRetryMs = 500;
const lastRetryMs = 10_000;
/** Of a stop, for what has come in already, ms; the rest stays in the journal. */
const lastWritesMs = 1500;

export interface KeeperOptions {
  /** Its own file, open. */
  db: Database;
  reader: JournalReader;
  sink: Sink;
  clock: Clock;
  log: Logger;
  /** Told that all up to this row is on disk; at the start, too. */
  durable(row: number): void;
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #devices: DeviceTable;
  readonly #parked: ParkedShelf;
  #gather!: Gather;
  /** What is on its way to the store. */
  #writing: Batch | null = null;
  #cursor = 0;
  #lastRow = 0;
  #counts = { accepted: 0, parked: 0, retries: 0 };
  readonly #hop: Hop;
  #error: string | null = null;
  #retryMs = firstRetryMs;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #reading = false;
  #stopping: Promise<void> | null = null;
  #settled: () => void = () => {};

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#devices = new DeviceTable(options.db);
    this.#parked = new ParkedShelf(options.db, 'telemetry');
    this.#hop = new Hop(options.clock);
  }

  async start(): Promise<void> {
    const { db, reader, log, sink } = this.#options;
    db.exec('create table if not exists cursor (one integer primary key check (one = 1), row integer not null, change integer not null, rx real not null)');
    this.#devices.load();
    this.#parked.load();
    const from = (db.prepare('select row, change, rx from cursor').get() as { row: number; change: number; rx: number } | undefined) ?? { row: 0, change: 0, rx: 0 };
    this.#cursor = from.row;
    this.#lastRow = from.row;
    this.#gather = new Gather(reader, this.#devices, log, from);
    this.#options.durable(from.row);
    await sink.start();
    this.#look();
  }

  /** The journal has rows up to this one. */
  rowsUpTo(row: number): void {
    this.#lastRow = row;
    if (this.#gather) this.#look();
  }

  // ——— what others ask ———

  async query(query: TelemetryQuery): Promise<Series[] | { tooMany: true; every: string }> {
    try {
      return await this.#options.sink.query(query);
    } catch (thrown) {
      if (thrown instanceof TooManyPoints) return { tooMany: true, every: thrown.every };
      throw thrown;
    }
  }

  parked(limit: number, before: number | null): ParkedRow[] {
    return this.#parked.list(limit, before);
  }

  parkedTotal(): number {
    return this.#parked.total();
  }

  /** Readings. `position`: the row up to which none is missing in the store. */
  stats(): Awaited<ReturnType<TelemetryCalls['stats']>> {
    const { accepted, parked, retries } = this.#counts;
    const { batch, repeats } = this.#gather;
    const waiting = batch.readings.length + (this.#writing?.readings.length ?? 0);
    const oldest = this.#writing?.readings[0]?.rx ?? batch.readings[0]?.rx ?? (batch.row < this.#lastRow ? batch.rx : null);
    return {
      in: accepted + repeats + parked + waiting,
      accepted,
      rejected: 0,
      repeats,
      parked,
      waiting,
      lagMs: oldest === null ? 0 : Math.max(0, this.#options.clock.now() - oldest),
      more: { retries, damagedRows: this.#gather.damaged, ...this.#options.sink.more() },
      position: waiting > 0 ? this.#cursor : batch.row,
      store: this.#options.sink.name,
      error: this.#error,
      hops: { telemetry: this.#hop.summary },
    };
  }

  /** Stores what has come in, as far as the store takes it at once; the rest stays in the journal. Twice is harmless. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#cancel?.();
    const over = this.#options.clock.mono() + lastWritesMs;
    let waitOver = () => {};
    const tooLong = new Promise<void>((resolve) => {
      waitOver = this.#options.clock.after(lastWritesMs, resolve);
    });
    while (this.#options.clock.mono() < over) {
      if (this.#writing) {
        if (this.#error !== null) break;
        const done = new Promise<void>((resolve) => {
          this.#settled = resolve;
        });
        await Promise.race([done, tooLong]);
        continue;
      }
      while (!this.#gather.isFull && this.#gather.readOn(false));
      if (this.#gather.batch.row === this.#cursor) break;
      void this.#write(this.#gather.take());
    }
    waitOver();
    await this.#options.sink.stop();
  }

  // ——— reading on ———

  /** Reads a little and writes what is due; comes again by itself while there is something to do. */
  #look(): void {
    if (this.#stopping || this.#reading) return;
    this.#reading = true;
    try {
      const gather = this.#gather;
      const read = !gather.isFull && gather.readOn(this.#writing !== null);
      const more = read && !gather.isFull && gather.batch.row < this.#lastRow;
      if (!this.#writing && !more && gather.batch.row > this.#cursor) {
        const wait = this.#dueIn(gather.batch);
        if (wait <= 0) void this.#write(gather.take());
        else this.#lookIn(wait);
      }
      if (more) setImmediate(() => this.#look());
    } finally {
      this.#reading = false;
    }
  }

  #lookIn(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#options.clock.after(ms, () => {
      this.#cancel = null;
      this.#look();
    });
  }

  #dueIn({ readings }: Batch): number {
    if (this.#gather.isFull) return 0;
    const pause = readings.length > 0 ? pauseMs : idleMs;
    return this.#writtenAt + pause - this.#options.clock.mono();
  }

  // ——— writing ———

  async #write(batch: Batch): Promise<void> {
    const { sink, log, clock, durable } = this.#options;
    this.#writing = batch;
    let parked = 0;
    try {
      await sink.put(batch.readings, (rejected) => {
        parked = rejected.length;
        this.#alongside(batch, rejected);
      });
    } catch (thrown) {
      if (thrown instanceof GwError && thrown.next === 'fatal') throw thrown;
      // What was marked as written with the transaction that was undone.
      for (const change of batch.changes) this.#devices.apply(change);
      const reason = reasonOf(thrown);
      if (reason !== this.#error) log.warn({ waiting: batch.readings.length }, `readings wait for the store: ${reason}`);
      this.#error = reason;
      this.#counts.retries++;
      this.#settled();
      if (this.#stopping) return;
      this.#cancel?.();
      this.#cancel = clock.after(this.#retryMs, () => {
        this.#cancel = null;
        if (!this.#stopping) void this.#write(batch);
      });
      this.#retryMs = Math.min(lastRetryMs, this.#retryMs * 2);
      return;
    }
    if (this.#error !== null) log.info('the store takes readings again');
    this.#error = null;
    this.#retryMs = firstRetryMs;
    this.#writing = null;
    this.#writtenAt = clock.mono();
    const now = clock.now();
    for (const { rx } of batch.readings) this.#hop.record(now - rx);
    this.#cursor = batch.row;
    this.#counts.accepted += batch.readings.length - parked;
    this.#counts.parked += parked;
    durable(batch.row);
    this.#settled();
    this.#look();
  }

  /** Inside the transaction. */
  #alongside({ readings, sources, row, change, rx }: Batch, rejected: Rejected[]): void {
    if (rejected.length > 0) {
      const at = new Map(readings.map((reading, i) => [reading, i]));
      for (const one of rejected) this.#parked.add(parkedOf(one, sources[at.get(one.reading) as number] as Batch['sources'][number]));
    }
    this.#parked.flush();
    this.#devices.flush();
    this.#options.db
      .prepare('insert into cursor (one, row, change, rx) values (1, ?, ?, ?) on conflict (one) do update set row = excluded.row, change = excluded.change, rx = excluded.rx')
      .run(row, change, rx);
  }
}
