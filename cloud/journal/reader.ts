/** The reading side of the journal: a read-only handle in the consumer's own thread. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { fatal, reasonOf } from '../../devices/errors.ts';
import { decode } from './codec.ts';
import type { JournalReader, Row } from './journal.ts';
import { checksum } from './journal-file.ts';

interface Stored {
  id: number;
  jt: number;
  n: number;
  crc: number;
  data: Buffer;
}

/** How far behind a damage the next readable row is looked for: some pages of the smallest rows. */
const searched = 4096;

export function openJournalReader(file: string): JournalReader {
  return new FileReader(file);
}

class FileReader implements JournalReader {
  #db: Database.Database | null = null;
  #after!: Database.Statement<[number], Stored>;
  #one!: Database.Statement<[number], Stored>;

  constructor(readonly file: string) {}

  read(row: number, maxBytes: number): Row[] {
    if (!this.#db && !this.#open()) return [];
    const rows: Row[] = [];
    let bytes = 0;
    try {
      // iterate() ends its read transaction when the loop ends: a checkpoint never waits for a consumer that thinks.
      for (const stored of this.#after.iterate(row)) {
        rows.push(understand(stored));
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
    for (let id = row + 1; id <= row + searched; id++) {
      try {
        const stored = this.#one.get(id);
        if (!stored) continue;
        const lost = `rows ${row + 1} to ${id - 1} of the journal cannot be read: ${reasonOf(why)}`;
        const next = understand(stored);
        return id === row + 1 ? [next] : [{ row: id - 1, jt: next.jt, entries: [], damaged: lost }, next];
      } catch (thrown) {
        why = thrown;
      }
    }
    throw fatal('journal-damaged', `The journal ${this.file} cannot be read after row ${row}: ${reasonOf(why)}.`, why);
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
    this.#db = db;
    this.#after = db.prepare<[number], Stored>('select id, jt, n, crc, data from rows where id > ? order by id');
    this.#one = db.prepare<[number], Stored>('select id, jt, n, crc, data from rows where id = ?');
    return true;
  }
}

/** A row whose bytes are not those that were written is named and comes without entries: one row is lost, not the way past it. */
function understand({ id, jt, n, crc, data }: Stored): Row {
  if (checksum(id, jt, n, data) !== crc)
    return { row: id, jt, entries: [], damaged: `row ${id} of the journal is not what was written: its checksum differs (${n} entries, ${data.length} bytes)` };
  return { row: id, jt, entries: decode(data, n) };
}
