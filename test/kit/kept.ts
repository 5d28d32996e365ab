/** A journal with a register in it, and a keeper that reads it, in the test's own thread and on its clock. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import type { Change, DeviceFacts } from '../../cloud/ingest/ingest.ts';
import { openJournalReader } from '../../cloud/journal/journal.ts';
import type { Series } from '../../cloud/telemetry/telemetry.ts';
import { EmbeddedStore } from '../../cloud/telemetry/telemetry.ts';
import { Keeper } from '../../cloud/threads/keeper/keeper.ts';
import { embeddedSink, type Sink } from '../../cloud/threads/keeper/sink.ts';
import { TestClock } from './clock.ts';
import { bytes } from './facts.ts';
import { OwnJournal } from './own-journal.ts';

export const silent = pino({ level: 'silent' });

export class Kept {
  readonly clock = new TestClock();
  readonly journal = new OwnJournal(256 << 20, this.clock);
  db!: Database.Database;
  keeper!: Keeper;
  /** What the keeper said is on disk. */
  durable: number[] = [];
  #n = 0;
  #seq = 0;

  async open(devices: DeviceFacts[], sink?: (db: Database.Database) => Sink): Promise<this> {
    this.journal.open();
    await this.journal.writer.listening(true);
    await this.change({ type: 'agents', agents: [{ id: 'gw-1', role: 'agent' }] });
    await this.change({ type: 'devices', devices });
    await this.keep(sink);
    return this;
  }

  get lastRow(): number {
    return this.journal.writer.stats().lastRow;
  }

  /** A keeper as the thread makes it, over what is on the disk. */
  async keep(sink = (db: Database.Database): Sink => embeddedSink(new EmbeddedStore({ db, clock: this.clock, log: silent }))): Promise<void> {
    this.db = new Database(join(this.journal.dir, 'telemetry.db'));
    this.db.pragma('journal_mode = WAL');
    const options = { db: this.db, reader: openJournalReader(this.journal.file), sink: sink(this.db), clock: this.clock, log: silent };
    this.keeper = new Keeper({ ...options, durable: (row) => void this.durable.push(row) });
    await this.keeper.start();
    await this.settle();
  }

  /** Lets go of the keeper as a kill does: nothing is written any more, the file is opened anew. */
  drop(): void {
    this.db.close();
  }

  async change(change: Change, n = ++this.#n): Promise<void> {
    await this.journal.writer.append([{ type: 'change', change: { ...change, n }, rx: this.clock.now() }], 'event');
  }

  /** A message of one reading, or of many of a gateway. */
  async say(payload: object, device: string | null = 'cover-1', agent = 'gw-1'): Promise<void> {
    const topic = device === null ? `gw/v1/${agent}/telemetry` : `gw/v1/${agent}/${device}/telemetry`;
    await this.journal.writer.append([{ type: 'publish', agent, topic, payload: bytes(payload), rx: this.clock.now() }], 'telemetry');
  }

  reading(values: object, ts = this.clock.now()): object {
    return { boot: 1, seq: this.#seq++, ts, values };
  }

  /** Tells the keeper of all rows, and lets what is in the air land; no clock moves. */
  async settle(): Promise<void> {
    this.keeper.rowsUpTo(this.lastRow);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves the clock on, and lets what falls due land. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  async values(metric: string, device = 'cover-1', kind = 'manhole-cover'): Promise<{ ts: number[]; value: unknown[] }> {
    const found = await this.keeper.query({ device, kind, metrics: [metric], from: 0, to: Number.MAX_SAFE_INTEGER, maxPoints: 1_000_000 });
    if ('tooMany' in found) throw new Error('too many');
    return found[0] as Extract<Series, { value: unknown[] }>;
  }

  /** in = accepted + rejected + repeats + parked + waiting. */
  async balanced(): Promise<boolean> {
    const { in: came, accepted, rejected, repeats, parked, waiting } = await this.keeper.stats();
    return came === accepted + rejected + repeats + parked + waiting;
  }

  async close(): Promise<void> {
    await this.keeper.stop();
    this.db.close();
    await this.journal.stop();
  }
}
