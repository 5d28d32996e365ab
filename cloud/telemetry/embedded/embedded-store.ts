/**
 * The embedded store: newest readings hot (in memory, and as they arrived in the hot table), the rest packed by device and day on the shelf.
 * Its tables live in the caller's SQLite file, so that the caller's cursor is committed together with the readings.
 */
import type { Database } from 'better-sqlite3';
import type { Clock } from '../../../devices/clock.ts';
import { GwError, reasonOf, retry } from '../../../devices/errors.ts';
import type { Logger } from '../../../devices/log.ts';
import { seriesBuilder } from '../series-builder.ts';
import type { Rejected, Series, StoredReading, TelemetryQuery, TelemetryStore } from '../telemetry.ts';
import { tooManyPoints } from '../too-many.ts';
import { dayMs, dayOf, isKeepable, lastMs } from './block-table.ts';
import { HotRows } from './hot-rows.ts';
import { HotTable } from './hot-table.ts';
import { clockUnset, Names } from './names.ts';
import { Packer } from './packer.ts';
import { joined, part, type Rows, settled } from './rows.ts';
import { Shelf } from './shelf.ts';

/** Hot readings at most, in memory twice while they are packed; and how long one stays hot, ms. */
const mostHot = 200_000;
const hotMs = 2 * 3_600_000;
/** How much faster than readings come those before them are packed. */
const ahead = 1.25;

export interface EmbeddedOptions {
  /** Open, in WAL mode; its owner closes it after `stop`. */
  db: Database;
  clock: Clock;
  log: Logger;
}

export class EmbeddedStore implements TelemetryStore {
  /** Tables whose rows have checksums of their own. */
  static readonly checked: readonly string[] = ['telemetry_hot', 'telemetry_fresh', 'telemetry_packed'];
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #names: Names;
  #table!: HotTable;
  #shelf!: Shelf;
  #packer!: Packer;
  #hot = new HotRows();
  #cancelAge = () => {};
  #started = false;
  /** Blocks and rows that were not what was written, since the start. */
  damaged = 0;

  constructor({ db, clock, log }: EmbeddedOptions) {
    this.#db = db;
    this.#clock = clock;
    this.#log = log;
    this.#names = new Names(db);
  }

  async start(): Promise<void> {
    this.#names.load();
    this.#table = new HotTable(this.#db);
    this.#shelf = new Shelf(this.#db, this.#names.isFlag, this.#damaged);
    this.#packer = new Packer(this.#db, this.#table, this.#shelf, this.#clock, this.#log);
    this.#table.loadInto(this.#hot, this.#damaged);
    this.#started = true;
    this.#packer.start();
    this.#age();
  }

  async stop(): Promise<void> {
    if (!this.#started) return;
    this.#started = false;
    this.#packer.stop();
    this.#cancelAge();
  }

  async write(batch: StoredReading[]): Promise<Rejected[]> {
    return this.commit(batch, () => {});
  }

  /** `write` at once, and `alongside` in the same transaction: both are on disk, or neither. */
  commit(batch: StoredReading[], alongside: (rejected: Rejected[]) => void): Rejected[] {
    const rejected: Rejected[] = [];
    let before = this.#hot.rows;
    let n = this.#table.last;
    try {
      if (this.#hot.rows >= mostHot) this.#pack();
      before = this.#hot.rows;
      this.#db.transaction(() => {
        for (const reading of batch) {
          const reason = this.#add(reading);
          if (reason !== null) rejected.push({ reading, reason });
        }
        if (this.#hot.rows > before) n = this.#table.put(this.#hot.bytes(before));
        alongside(rejected);
      })();
    } catch (thrown) {
      this.#hot.cutTo(before);
      this.#names.takeBack();
      throw thrown instanceof GwError ? thrown : retry('store-disk', `The embedded store cannot write now: ${reasonOf(thrown)}`, thrown);
    }
    this.#table.last = n;
    this.#names.keep();
    this.#packer.keepUp((batch.length / mostHot) * ahead);
    return rejected;
  }

  /** null: taken. */
  #add({ device, kind, ts, clock, values }: StoredReading): string | null {
    if (!isKeepable(ts)) return `ts ${ts}: whole milliseconds from 1970 up to 2149`;
    let count = 0;
    for (const metric in values) {
      const value = values[metric];
      if (typeof value !== 'boolean' && !Number.isFinite(value)) return `${metric}: a finite number or a flag`;
      const column = this.#names.column(kind, metric);
      if (column && column.flag !== (typeof value === 'boolean'))
        return `field type conflict: ${metric} of ${kind} is a ${typeof value}, already exists as ${column.flag ? 'a flag' : 'a number'}`;
      count++;
    }
    if (count === 0) return 'a reading without a value';
    this.#hot.add(this.#names.deviceFor(device), ts);
    for (const metric in values) {
      const value = values[metric];
      const flag = typeof value === 'boolean';
      this.#hot.value(this.#names.columnFor(kind, metric, flag).n, flag ? (value ? 1 : 0) : (value as number));
    }
    if (clock === 'unset') this.#hot.value(this.#names.columnFor(kind, clockUnset, true).n, 1);
    return null;
  }

  async query({ device: id, kind, metrics, from, to, every, maxPoints }: TelemetryQuery): Promise<Series[]> {
    const wanted = metrics.map((metric) => ({ column: this.#names.column(kind, metric), builder: null as ReturnType<typeof seriesBuilder> | null, metric }));
    for (const one of wanted) one.builder = seriesBuilder(one.metric, one.column?.flag ?? false, every);
    const columns = new Set(wanted.flatMap(({ column }) => (column ? [column.n] : [])));
    const device = this.#names.device(id);
    const [begin, end] = [Math.max(0, from), Math.min(to, lastMs)];
    if (device !== undefined && columns.size > 0 && begin < end) {
      let first: number | null = null;
      for (const rows of this.#days(device, begin, end, columns)) {
        first ??= rows.ts[0] as number;
        let points = 0;
        for (const { column, builder } of wanted) {
          const value = column && rows.columns.get(column.n);
          if (value) builder?.add({ ts: rows.ts, value }, begin, end);
          points += builder?.points ?? 0;
        }
        if (points > maxPoints) throw tooManyPoints(Math.max(begin, first), Math.min(end, this.#end()), metrics.length, maxPoints);
      }
    }
    return wanted.map(({ builder }) => (builder as ReturnType<typeof seriesBuilder>).finish());
  }

  /** A device's rows day by day, settled; of a day some outside from ≤ ts < to may be among them. */
  *#days(device: number, from: number, to: number, wanted: ReadonlySet<number>): Iterable<Rows> {
    const parts = [this.#packer.rows, this.#hot].map((rows) => rows?.of(device, from, to) ?? null).filter((rows) => rows !== null);
    const hot = parts.length > 0 ? settled(joined(parts)) : null;
    const days = new Set(this.#shelf.days(device, from, to));
    for (const ts of hot?.ts ?? []) days.add(dayOf(ts));
    let at = 0;
    for (const day of [...days].sort((a, b) => a - b)) {
      const rows = this.#shelf.read(device, day, from, to, wanted);
      const first = at;
      while (hot && at < hot.ts.length && (hot.ts[at] as number) < (day + 1) * dayMs) at++;
      if (hot && at > first) rows.push(part(hot, first, at));
      if (rows.length > 0) yield settled(joined(rows));
    }
  }

  /** No reading is at or after this time. */
  #end(): number {
    return Math.max(this.#shelf.end() ?? 0, this.#clock.now() + 2 * dayMs);
  }

  /** Packs all that is hot and every day that is over, now and whole: before a backup, say. */
  packAll(): void {
    this.#pack();
    this.#packer.finish();
    this.#packer.packOver();
  }

  get hotRows(): number {
    return this.#hot.rows + (this.#packer.rows?.rows ?? 0);
  }

  #pack(): void {
    if (this.#hot.rows === 0) return;
    this.#packer.take(this.#hot, this.#table.last);
    this.#hot = new HotRows();
  }

  #age(): void {
    this.#cancelAge = this.#clock.after(hotMs, () => {
      try {
        this.#pack();
      } catch (thrown) {
        this.#log.error({ err: thrown }, `readings cannot be packed now: ${reasonOf(thrown)}`);
      }
      this.#age();
    });
  }

  #damaged = (sentence: string): void => {
    this.damaged++;
    this.#log.error(sentence);
  };
}
