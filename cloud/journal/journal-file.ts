/** The journal's SQLite file: rows in, rows out at the old end, and how much room they take. One writer; synchronous, so it lives in its own thread. */
import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { completeReplacement, isDamage, readableRows, replaceDamaged, sealTables, structureFaults, useSeals } from '../../devices/database/database.ts';
import { fatal, GwError, reasonOf } from '../../devices/errors.ts';
import { checksum, isWhole, type Stored } from './row.ts';

/** Each brings the file from the version of its place to the next. Never changed once released. */
const migrations = [
  `create table rows (id integer primary key, jt integer not null, n integer not null, crc integer not null, data blob not null);
   create table meta (key text primary key, value integer not null) without rowid;`,
];

/** A large page makes a group of a thousand messages one short chain: measured as the cheapest form of SQLite (ingest-path.md 2.4). */
export const pageBytes = 32_768;

/** Files up to this size are looked at whole when they are opened; of larger ones the ends, and the rest when it is read. */
const lookedAtBytes = 128 << 20;

export class JournalFile {
  #db: Database.Database | null = null;
  #insert!: Database.Statement;
  #delete!: Database.Statement;
  #setMeta!: Database.Statement;
  #pages!: Database.Statement;
  #free!: Database.Statement;
  #pageBytes = pageBytes;
  /** Up to which row all have been removed. */
  trimmed = 0;
  lastRow = 0;
  /** The journal's time when it was last written. */
  jt = 0;

  constructor(
    readonly path: string,
    /** The write-ahead log keeps its blocks up to this size: writing them again is cheaper than growing the file anew. */
    readonly logBytes: number,
  ) {}

  /**
   * Creates or migrates it. What SQLite cannot read of it is kept aside, and the rows that can be read go on in a new file: the sentence tells; null: all is
   * well. Throws a fatal error when it is of a newer version, or no journal at all.
   */
  open(now: number): string | null {
    try {
      completeReplacement(this.path, now);
      try {
        this.#use(this.path);
        this.#mustBeReadable();
        const cut = this.#cutDamagedEnd();
        this.#goOn();
        return cut === 0 ? null : `The last ${cut} rows of the journal ${this.path} are not what was written, and are lost.`;
      } catch (thrown) {
        this.close();
        // What is no database at all may be somebody's mistake: it is not put aside.
        if (!isDamage(thrown) || (thrown as { code?: string }).code === 'SQLITE_NOTADB') throw thrown;
        let rows = 0;
        const aside = replaceDamaged(this.path, now, (partial, damaged) => {
          rows = this.#fill(partial, damaged);
        });
        this.#use(this.path);
        this.#goOn();
        return `The journal ${this.path} was damaged on the disk (${reasonOf(thrown)}) and is kept as ${aside}; ${rows} of its rows could be read and go on. What else had come in and was not yet judged or stored is lost.`;
      }
    } catch (thrown) {
      this.close();
      if (thrown instanceof GwError) throw thrown;
      throw fatal('journal-unreadable', `The journal ${this.path} cannot be opened: ${reasonOf(thrown)}.`, thrown);
    }
  }

  #use(path: string): void {
    const db = new Database(path);
    this.#db = db;
    db.pragma(`page_size = ${pageBytes}`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // Written once and read once, in order: pages that are kept serve nobody.
    db.pragma('cache_size = -2000');
    // Checkpoints are made between two commits, by `checkpoint`, not inside one that somebody waits for.
    db.pragma('wal_autocheckpoint = 0');
    db.pragma(`journal_size_limit = ${2 * this.logBytes}`);
    this.#migrate(db);
    this.#pageBytes = db.pragma('page_size', { simple: true }) as number;
    this.#insert = db.prepare('insert into rows (id, jt, n, crc, data) values (?, ?, ?, ?, ?)');
    this.#delete = db.prepare('delete from rows where id <= ?');
    this.#setMeta = db.prepare('insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value');
    this.#pages = db.prepare('pragma page_count').pluck();
    this.#free = db.prepare('pragma freelist_count').pluck();
  }

  /** From where it stood. */
  #goOn(): void {
    const db = this.#open;
    // Of a number that is not what was written nothing is built; the rows and the consumers know better.
    db.exec('delete from meta where seal is not seal(json_array(key, value))');
    const meta = (key: string) => (db.prepare('select value from meta where key = ?').pluck().get(key) as number | undefined) ?? 0;
    const last = this.#lastStored();
    this.trimmed = Math.max(meta('trimmed'), ((db.prepare('select min(id) from rows').pluck().get() as number | null) ?? 1) - 1);
    this.lastRow = Math.max(last?.id ?? 0, meta('lastRow'), this.trimmed);
    this.jt = Math.max(last?.jt ?? 0, meta('jt'));
  }

  #lastStored(): Stored | undefined {
    return this.#open.prepare('select id, jt, n, crc, data from rows order by id desc limit 1').get() as Stored | undefined;
  }

  /** From the last row all goes on, its number and its time: what is not what was written must not be the last. How many rows that were. */
  #cutDamagedEnd(): number {
    let cut = 0;
    for (let last = this.#lastStored(); last && !isWhole(last); last = this.#lastStored()) {
      this.#open.prepare('delete from rows where id = ?').run(last.id);
      cut++;
    }
    return cut;
  }

  #mustBeReadable(): void {
    if (statSync(this.path).size > lookedAtBytes) return;
    const [said] = structureFaults(this.#open, 'quick_check', 1);
    if (said !== undefined) throw Object.assign(new Error(said), { code: 'SQLITE_CORRUPT' });
  }

  /** A new journal of what is whole in a damaged one. How many rows that were. */
  #fill(path: string, damaged: Database.Database | null): number {
    this.#use(path);
    let taken = 0;
    this.#open.transaction(() => {
      for (const row of damaged ? readableRows<Stored>(damaged, 'rows', 'id') : []) {
        if (!isWhole(row)) continue;
        this.#insert.run(row.id, row.jt, row.n, row.crc, row.data);
        taken++;
      }
      for (const [key, value] of damaged ? rememberedIn(damaged) : []) this.#setMeta.run(key, value);
    })();
    this.checkpoint();
    this.close();
    return taken;
  }

  #migrate(db: Database.Database): void {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > migrations.length)
      throw fatal('newer-data', `${this.path} was written by a newer version of Gridwarden (schema ${version}, this one knows ${migrations.length}); start that version.`);
    sealTables(db, ['rows']);
    db.transaction(() => {
      for (const step of migrations.slice(version)) db.exec(step);
      db.pragma(`user_version = ${migrations.length}`);
    })();
    sealTables(db, ['rows']);
  }

  /** One group, durable when this returns. Throws what SQLite throws; then nothing of it is in the file. */
  insert(jt: number, n: number, data: Uint8Array): number {
    const id = this.lastRow + 1;
    this.#insert.run(id, jt, n, checksum(id, jt, n, data), data);
    this.lastRow = id;
    this.jt = jt;
    return id;
  }

  /** Removes rows up to `row`; remembers with it what the removed ones would have told a restart. */
  trim(row: number): void {
    this.#open.transaction(() => {
      this.#delete.run(row);
      this.#setMeta.run('trimmed', row);
      this.#remember();
    })();
    this.trimmed = row;
  }

  /** Numbers up to `row` are taken: a consumer has seen them. */
  skipTo(row: number): void {
    this.lastRow = Math.max(this.lastRow, row);
  }

  /** Writes down the journal's time where no row does. */
  rest(jt: number): void {
    this.jt = jt;
    this.#open.transaction(() => this.#remember())();
  }

  #remember(): void {
    this.#setMeta.run('lastRow', this.lastRow);
    this.#setMeta.run('jt', this.jt);
  }

  /** Bytes of the pages in use; the file itself stays as large as it once was, its free pages are used again. */
  usedBytes(): number {
    return ((this.#pages.get() as number) - (this.#free.get() as number)) * this.#pageBytes;
  }

  /** Moves what is in the write-ahead log into the file, so that the log begins anew. Waits for nobody. */
  checkpoint(): void {
    this.#open.pragma('wal_checkpoint(PASSIVE)');
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }

  get #open(): Database.Database {
    if (!this.#db) throw new Error('the journal is closed');
    return this.#db;
  }
}

/** None, where that cannot be read either. */
function rememberedIn(db: Database.Database): [key: string, value: number][] {
  try {
    useSeals(db);
    return db.prepare('select key, value from meta where seal is seal(json_array(key, value))').raw().all() as [string, number][];
  } catch {
    return [];
  }
}
