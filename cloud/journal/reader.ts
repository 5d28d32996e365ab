/** The reading side of the journal: a read-only handle in the consumer's own thread. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { fatal, reasonOf } from '../../devices/errors.ts';
import { decode } from './codec.ts';
import type { JournalReader, Row } from './journal.ts';
import { isWhole, type Stored } from './row.ts';

export function openJournalReader(file: string): JournalReader {
  return new FileReader(file);
}

class FileReader implements JournalReader {
  #db: Database.Database | null = null;
  #after!: Database.Statement<[number], Stored>;
  #one!: Database.Statement<[number], Stored>;
  #last!: Database.Statement;

  constructor(readonly file: string) {}

  read(row: number, maxBytes: number): Row[] {
    if (!this.#db && !this.#open()) return [];
    const rows: Row[] = [];
    let at = row;
    let bytes = 0;
    try {
      // iterate() ends its read transaction when the loop ends: a checkpoint never waits for a consumer that thinks.
      for (const stored of this.#after.iterate(row)) {
        if (stored.id <= at) throw new RangeError('the rows are out of order');
        // Where nothing was read yet, the first row that there is comes first.
        if (at > 0 && stored.id > at + 1) rows.push(missing(at + 1, stored, 'are not there'));
        rows.push(understand(stored));
        at = stored.id;
        bytes += stored.data.length;
        if (bytes >= maxBytes) break;
      }
    } catch (thrown) {
      // What came before the damage is good; the damage itself is met again at the next read.
      return rows.length > 0 ? rows : this.#past(row, thrown);
    }
    return rows;
  }

  /** Past a page that SQLite cannot read: the rows on it are named as one, without entries, and the first readable one follows. */
  #past(row: number, why: unknown): Row[] {
    try {
      const last = this.#last.get() as number;
      for (let id = row + 1; id <= last; id++) {
        const stored = this.#readable(id);
        if (!stored) continue;
        return id === row + 1 ? [understand(stored)] : [missing(row + 1, stored, `cannot be read: ${reasonOf(why)}`), understand(stored)];
      }
    } catch (thrown) {
      why = thrown;
    }
    throw fatal(
      'journal-damaged',
      `The journal ${this.file} cannot be read after row ${row}: ${reasonOf(why)}. The next start keeps it aside and goes on with what can be read.`,
      why,
    );
  }

  #readable(id: number): Stored | undefined {
    try {
      return this.#one.get(id);
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }

  /** false: its writer has not made it yet. */
  #open(): boolean {
    if (!existsSync(this.file)) return false;
    const db = new Database(this.file, { readonly: true });
    if ((db.pragma('user_version', { simple: true }) as number) === 0) {
      db.close();
      return false;
    }
    db.pragma('cache_size = -2000');
    this.#db = db;
    this.#after = db.prepare<[number], Stored>('select id, jt, n, crc, data from rows where id > ? order by id');
    this.#one = db.prepare<[number], Stored>('select id, jt, n, crc, data from rows where id = ?');
    this.#last = db.prepare('select max(id) from rows').pluck();
    return true;
  }
}

/** Rows up to the next one that there is, as one without entries. */
const missing = (from: number, next: Stored, what: string): Row => ({
  row: next.id - 1,
  jt: null,
  entries: [],
  damaged: `rows ${from} to ${next.id - 1} of the journal ${what}`,
});

/** A row whose bytes are not those that were written is named and comes without entries: one row is lost, not the way past it. */
function understand(stored: Stored): Row {
  const { id, jt, n, data } = stored;
  if (isWhole(stored)) return { row: id, jt, entries: decode(data, n) };
  return { row: id, jt: null, entries: [], damaged: `row ${id} of the journal is not what was written: its checksum differs (${n} entries, ${data.length} bytes)` };
}
