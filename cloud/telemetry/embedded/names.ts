/** Devices and metrics by number, as the embedded store's rows name them. A metric of a kind has a type for ever: that of its first value. */
import type { Database, Statement } from 'better-sqlite3';

export interface Column {
  n: number;
  flag: boolean;
}

/** A reading marked so came with a device clock that was unset (contract, "MQTT"); kept as a flag of the reading. */
export const clockUnset = ':clock_unset';

/** Numbers given out since the last commit, so that they can be taken back with it. */
interface Given {
  devices: string[];
  columns: { kind: string; metric: string; n: number }[];
}

export class Names {
  readonly #db: Database;
  readonly #devices = new Map<string, number>();
  readonly #columns = new Map<string, Map<string, Column>>();
  readonly #flags = new Set<number>();
  #nextDevice = 1;
  #nextColumn = 1;
  #given: Given = { devices: [], columns: [] };
  #putDevice!: Statement;
  #putColumn!: Statement;

  constructor(db: Database) {
    this.#db = db;
  }

  load(): void {
    this.#db.exec(`
      create table if not exists telemetry_devices (n integer primary key, id text not null unique);
      create table if not exists telemetry_columns (n integer primary key, kind text not null, metric text not null, flag integer not null, unique (kind, metric));
    `);
    this.#putDevice = this.#db.prepare('insert into telemetry_devices (n, id) values (?, ?)');
    this.#putColumn = this.#db.prepare('insert into telemetry_columns (n, kind, metric, flag) values (?, ?, ?, ?)');
    for (const { n, id } of this.#db.prepare('select n, id from telemetry_devices').iterate() as Iterable<{ n: number; id: string }>) {
      this.#devices.set(id, n);
      this.#nextDevice = Math.max(this.#nextDevice, n + 1);
    }
    const columns = this.#db.prepare('select n, kind, metric, flag from telemetry_columns').iterate() as Iterable<{ n: number; kind: string; metric: string; flag: number }>;
    for (const { n, kind, metric, flag } of columns) {
      this.#remember(kind, metric, { n, flag: flag === 1 });
      this.#nextColumn = Math.max(this.#nextColumn, n + 1);
    }
  }

  device(id: string): number | undefined {
    return this.#devices.get(id);
  }

  column(kind: string, metric: string): Column | undefined {
    return this.#columns.get(kind)?.get(metric);
  }

  isFlag = (column: number): boolean => this.#flags.has(column);

  /** Inside a transaction; a device never heard of gets a number. */
  deviceFor(id: string): number {
    const known = this.#devices.get(id);
    if (known !== undefined) return known;
    const n = this.#nextDevice++;
    this.#putDevice.run(n, id);
    this.#devices.set(id, n);
    this.#given.devices.push(id);
    return n;
  }

  /** Inside a transaction; a metric never heard of gets a number, and the type of this value. */
  columnFor(kind: string, metric: string, flag: boolean): Column {
    const known = this.#columns.get(kind)?.get(metric);
    if (known) return known;
    const column = { n: this.#nextColumn++, flag };
    this.#putColumn.run(column.n, kind, metric, flag ? 1 : 0);
    this.#remember(kind, metric, column);
    this.#given.columns.push({ kind, metric, n: column.n });
    return column;
  }

  /** The transaction is on disk. */
  keep(): void {
    if (this.#given.devices.length + this.#given.columns.length > 0) this.#given = { devices: [], columns: [] };
  }

  /** The transaction is undone. */
  takeBack(): void {
    for (const id of this.#given.devices) this.#devices.delete(id);
    for (const { kind, metric, n } of this.#given.columns) {
      this.#columns.get(kind)?.delete(metric);
      this.#flags.delete(n);
    }
    this.keep();
  }

  #remember(kind: string, metric: string, column: Column): void {
    let ofKind = this.#columns.get(kind);
    if (!ofKind) {
      ofKind = new Map();
      this.#columns.set(kind, ofKind);
    }
    ofKind.set(metric, column);
    if (column.flag) this.#flags.add(column.n);
  }
}
