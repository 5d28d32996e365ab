/** The outbox on SQLite, synchronous; it runs in the thread. */
import type Database from 'better-sqlite3';
import { type Clock, systemClock } from '../../devices/clock.ts';
import { CommitTimes } from './commit-times.ts';
import { type OpenFile, openFile } from './file.ts';
import { SendOrder } from './order.ts';
import {
  type Addition,
  type Beginning,
  type CommandMemo,
  maxParcelBytes,
  maxReadings,
  type OutboxStats,
  type Parcel,
  type ReadingEntry,
  type Room,
  type UrgentEntry,
} from './outbox.ts';

export interface StoreOptions {
  folder: string;
  /** Bound of the file and its log together, in MiB. Events and replies may pass it. */
  maxMb: number;
  /** Wall clock at the start, milliseconds; makes `boot`. */
  now: number;
}

interface Out {
  what: 'urgent' | 'telemetry';
  rows: { id: number; device: string }[];
}

interface Kept {
  id: number;
  /** 1: it is what was written. */
  whole: number;
}

/** Bytes of a row beside its text, as SQLite keeps it. */
const rowOverhead = 24;
/** Telemetry is dropped in steps of so many rows. */
const dropStep = 64;

export class SqliteStore {
  readonly #file: OpenFile;
  readonly #db: Database.Database;
  readonly #budget: number;
  readonly #commandsKept: number;
  readonly #order = new SendOrder();
  readonly #out = new Map<number, Out>();
  readonly #sql: ReturnType<typeof statements>;
  readonly #commits: CommitTimes;
  readonly #clock: Pick<Clock, 'now'>;
  #urgentWalked = 0;
  #nextId: number;
  #nextKey = 1;
  #waiting: number;
  #dropped: number;
  #damage: string[];
  readonly beginning: Beginning;

  constructor(options: StoreOptions, clock: Pick<Clock, 'now'> = systemClock) {
    this.#clock = clock;
    const max = options.maxMb * 1024 * 1024;
    const log = Math.min(4 * 1024 * 1024, max / 4);
    this.#budget = max - log;
    this.#commandsKept = Math.min(10_000, Math.max(500, 500 * Math.floor(options.maxMb)));
    this.#file = openFile(options.folder, log, options.now);
    this.#db = this.#file.db;
    this.#damage = this.#file.damage;
    this.#sql = statements(this.#db);
    const boot = Math.max(this.#fact('boot') + 1, Math.floor(options.now / 1000));
    this.#sql.setFact.run('boot', boot);
    this.beginning = { boot, state: new Map((this.#sql.state.all() as { key: string; value: string }[]).map(({ key, value }) => [key, value])) };
    this.#dropped = this.#fact('dropped') + this.#file.lost;
    if (this.#file.lost > 0) this.#sql.setFact.run('dropped', this.#dropped);
    const { rows, last } = this.#sql.count.get() as { rows: number; last: number };
    this.#waiting = rows;
    this.#nextId = last + 1;
    this.#commits = new CommitTimes(last);
    for (const { device, id } of this.#sql.newest.all() as { device: string; id: number }[]) this.#order.added(device, id);
    this.#order.rewind();
  }

  /**
   * Commits the additions together, in order, and lets go of the parcels of `forget`; `lost` readings never came this far. Throws what SQLite throws;
   * nothing has changed then.
   */
  commit(additions: readonly Addition[], forget: readonly number[] = [], lost = 0): void {
    const added: { device: string; id: number }[] = [];
    const removed: { device: string; id: number }[] = [];
    let waiting = this.#waiting;
    let dropped = this.#dropped + lost;
    let nextId = this.#nextId;
    const drop = (needed: number) => {
      for (let rows = this.#oldest(needed); rows.length > 0; rows = this.#oldest(needed)) {
        for (const row of rows) this.#sql.deleteTelemetry.run(row.id, row.id);
        removed.push(...rows);
        waiting -= rows.length;
        dropped += rows.length;
      }
    };
    this.#db.transaction(() => {
      for (const key of forget) {
        const out = this.#out.get(key);
        if (!out) continue;
        const sql = out.what === 'urgent' ? this.#sql.deleteUrgent : this.#sql.deleteTelemetry;
        for (const [from, to] of runs(out.rows)) waiting -= sql.run(from, to).changes;
        if (out.what === 'telemetry') removed.push(...out.rows);
      }
      drop(bytesOf(additions));
      for (const { readings = [], urgent = [], commands = [], state = [] } of additions) {
        for (const { device, body } of readings) {
          this.#sql.addTelemetry.run(nextId, device, body);
          added.push({ device, id: nextId++ });
        }
        for (const { device, what, body } of urgent) this.#sql.addUrgent.run(nextId++, device, what, body);
        waiting += readings.length + urgent.length;
        for (const { id, reply } of commands) this.#sql.setCommand.run(id, reply);
        if (commands.length > 0) this.#sql.trimCommands.run(this.#commandsKept);
        for (const [key, value] of state) value === null ? this.#sql.deleteState.run(key) : this.#sql.setState.run(key, value);
      }
      drop(0); // What the estimate missed, and where events alone fill the bound.
      if (dropped !== this.#dropped) this.#sql.setFact.run('dropped', dropped);
    })();
    if (nextId !== this.#nextId) this.#commits.add(nextId - 1, this.#clock.now());
    for (const key of forget) this.#out.delete(key);
    for (const { device, id } of added) this.#order.added(device, id);
    for (const { device, id } of removed) this.#order.gone(device, id);
    this.#waiting = waiting;
    this.#dropped = dropped;
    this.#nextId = nextId;
  }

  take(room: Room): Parcel[] {
    const parcels: Parcel[] = [];
    while (parcels.length < room.publishes) {
      const parcel = this.#nextUrgent() ?? (room.telemetry ? this.#nextReadings() : null);
      if (!parcel) break;
      parcels.push(parcel);
    }
    return parcels;
  }

  rewind(): void {
    this.#out.clear();
    this.#urgentWalked = 0;
    this.#order.rewind();
  }

  command(id: string): CommandMemo | null {
    return (this.#sql.command.get(id) as CommandMemo | undefined) ?? null;
  }

  stats(): OutboxStats {
    return { waiting: this.#waiting, dropped: this.#dropped };
  }

  /** What the disk has changed and was given up since the last time, in sentences. */
  takeDamage(): string[] {
    const damage = this.#damage;
    this.#damage = [];
    return damage;
  }

  close(): void {
    this.#file.close();
  }

  #fact(key: string): number {
    return (this.#sql.fact.get(key) as { value: number } | undefined)?.value ?? 0;
  }

  #nextUrgent(): Parcel | null {
    const row = this.#sql.urgent.get(this.#urgentWalked) as (Kept & UrgentEntry) | undefined;
    if (!row) return null;
    this.#urgentWalked = row.id;
    if (!row.whole) {
      this.#giveUp('urgent', row);
      return this.#nextUrgent();
    }
    return { key: this.#keep('urgent', [row]), kept: this.#commits.of(row.id), urgent: { device: row.device, what: row.what, body: row.body } };
  }

  #nextReadings(): Parcel | null {
    const rows: { id: number; device: string }[] = [];
    const readings: ReadingEntry[] = [];
    let bytes = 2;
    const fits = (row: ReadingEntry) => readings.length === 0 || (readings.length < maxReadings && bytes + sizeInBatch(row) <= maxParcelBytes);
    const take = (row: { id: number } & ReadingEntry, backlog: boolean) => {
      bytes += sizeInBatch(row);
      rows.push({ id: row.id, device: row.device });
      readings.push({ device: row.device, body: row.body });
      this.#order.take(row.device, row.id, backlog);
    };
    for (let id = this.#order.nextLatest(); id !== null; id = this.#order.nextLatest()) {
      const row = this.#sql.reading.get(id) as (Kept & ReadingEntry) | undefined;
      if (row && !fits(row)) break;
      if (row?.whole) take(row, false);
      else {
        this.#order.lost(id);
        this.#giveUp('telemetry', { id });
      }
    }
    const broken: Kept[] = [];
    if (this.#order.nextLatest() === null && readings.length < maxReadings) {
      for (const row of this.#sql.backlog.iterate(this.#order.walked) as Iterable<Kept & ReadingEntry>) {
        if (!row.whole) broken.push(row);
        if (this.#order.isTaken(row.id) || !row.whole) this.#order.pass(row.id);
        else if (fits(row)) take(row, true);
        else break;
      }
    }
    for (const row of broken) this.#giveUp('telemetry', row);
    const [first] = rows;
    return first ? { key: this.#keep('telemetry', rows), kept: this.#commits.of(first.id), readings } : null;
  }

  /** What the disk has changed is not sent as if it were what was said. */
  #giveUp(what: Out['what'], { id }: { id: number }): void {
    this.#waiting -= (what === 'urgent' ? this.#sql.deleteUrgent : this.#sql.deleteTelemetry).run(id, id).changes;
    if (what === 'telemetry') this.#sql.setFact.run('dropped', ++this.#dropped);
    this.#damage.push(`row ${id} of ${what} in the outbox was changed by the disk and is lost`);
  }

  #keep(what: Out['what'], rows: Out['rows']): number {
    const key = this.#nextKey++;
    this.#out.set(key, { what, rows: rows.map(({ id, device }) => ({ id, device })) });
    return key;
  }

  /** Telemetry that must go so that `needed` more bytes fit, a step of it, oldest first; what is on its way stays. */
  #oldest(needed: number): { id: number; device: string }[] {
    const { pages } = this.#sql.pages.get() as { pages: number };
    if (pages * 4096 + needed <= this.#budget) return [];
    const rows: { id: number; device: string }[] = [];
    for (const row of this.#sql.oldest.iterate() as Iterable<{ id: number; device: string }>) {
      if (this.#order.isTaken(row.id)) continue;
      rows.push(row);
      if (rows.length === dropStep) break;
    }
    return rows;
  }
}

const sizeInBatch = ({ device, body }: ReadingEntry) => Buffer.byteLength(body) + device.length + '{"device":"",'.length;

/** About so many bytes on disk, by the text's length. */
const bytesOf = (additions: readonly Addition[]): number =>
  additions.reduce(
    (sum, { readings = [], urgent = [] }) => sum + [...readings, ...urgent].reduce((part, { body, device }) => part + body.length + device.length + rowOverhead, 0),
    0,
  );

/** Ids as runs [from, to] of neighbours. */
function runs(rows: readonly { id: number }[]): [number, number][] {
  const all: [number, number][] = [];
  for (const { id } of rows) {
    const last = all.at(-1);
    if (last && last[1] + 1 === id) last[1] = id;
    else all.push([id, id]);
  }
  return all;
}

const statements = (db: Database.Database) => ({
  fact: db.prepare('SELECT value FROM fact WHERE key = ?'),
  setFact: db.prepare('INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'),
  state: db.prepare('SELECT key, value FROM state'),
  setState: db.prepare('INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'),
  deleteState: db.prepare('DELETE FROM state WHERE key = ?'),
  count: db.prepare(
    'SELECT (SELECT count(*) FROM telemetry) + (SELECT count(*) FROM urgent) AS rows, max(coalesce((SELECT max(id) FROM telemetry), 0), coalesce((SELECT max(id) FROM urgent), 0)) AS last',
  ),
  newest: db.prepare('SELECT device, max(id) AS id FROM telemetry GROUP BY device'),
  pages: db.prepare('SELECT page_count - freelist_count AS pages FROM pragma_page_count(), pragma_freelist_count()'),
  addTelemetry: db.prepare('INSERT INTO telemetry (id, device, body) VALUES (?, ?, ?)'),
  addUrgent: db.prepare('INSERT INTO urgent (id, device, what, body) VALUES (?, ?, ?, ?)'),
  reading: db.prepare('SELECT id, device, body, seal IS seal(json_array(id, device, body)) AS whole FROM telemetry WHERE id = ?'),
  backlog: db.prepare('SELECT id, device, body, seal IS seal(json_array(id, device, body)) AS whole FROM telemetry WHERE id > ? ORDER BY id'),
  oldest: db.prepare('SELECT id, device FROM telemetry ORDER BY id'),
  urgent: db.prepare('SELECT id, device, what, body, seal IS seal(json_array(id, device, what, body)) AS whole FROM urgent WHERE id > ? ORDER BY id LIMIT 1'),
  deleteTelemetry: db.prepare('DELETE FROM telemetry WHERE id BETWEEN ? AND ?'),
  deleteUrgent: db.prepare('DELETE FROM urgent WHERE id BETWEEN ? AND ?'),
  command: db.prepare('SELECT id, reply FROM command WHERE id = ?'),
  setCommand: db.prepare('INSERT INTO command (id, reply) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET reply = excluded.reply'),
  trimCommands: db.prepare('DELETE FROM command WHERE n <= (SELECT max(n) FROM command) - ?'),
});
