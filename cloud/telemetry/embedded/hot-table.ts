/** What keeps the newest readings over a restart: each write as one row, in order of arrival. */
import { crc32 } from 'node:zlib';
import type { Database, Statement } from 'better-sqlite3';
import { reasonOf } from '../../../devices/errors.ts';
import type { HotRows } from './hot-rows.ts';

export class HotTable {
  readonly #put: Statement;
  readonly #remove: Statement;
  readonly #all: Statement;
  /** The number of the last row. */
  last = 0;

  /** Creates the table where it is missing. */
  constructor(db: Database) {
    db.exec('create table if not exists telemetry_hot (n integer primary key, crc integer not null, data blob not null)');
    this.#put = db.prepare('insert into telemetry_hot (n, crc, data) values (?, ?, ?)');
    this.#remove = db.prepare('delete from telemetry_hot where n <= ?');
    this.#all = db.prepare('select n, crc, data from telemetry_hot order by n');
  }

  /** Inside a transaction. The number counts as given only when `last` is set to it. */
  put(data: Uint8Array): number {
    this.#put.run(this.last + 1, crc32(data), data);
    return this.last + 1;
  }

  /** Inside a transaction. */
  removeUpTo(n: number): void {
    this.#remove.run(n);
  }

  /** Adds all that is kept. `damaged` is told of a row that is not what was written; it is passed over. */
  loadInto(rows: HotRows, damaged: (sentence: string) => void): void {
    for (const { n, crc, data } of this.#all.iterate() as Iterable<{ n: number; crc: number; data: Buffer }>) {
      if (this.last > 0 && n !== this.last + 1) damaged(`rows ${this.last + 1} to ${n - 1} of the hot table are missing`);
      this.last = n;
      try {
        if (crc32(data) !== crc) throw new RangeError('its checksum differs');
        rows.addBytes(data);
      } catch (thrown) {
        damaged(`row ${n} of the hot table is not what was written: ${reasonOf(thrown)}`);
      }
    }
  }
}
