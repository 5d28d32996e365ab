/** The journal's SQLite file: rows in, rows out at the old end, and how much room they take. One writer; synchronous, so it lives in its own thread. */
import { crc32 } from 'node:zlib';
import Database from 'better-sqlite3';
import { fatal, reasonOf } from '../../devices/errors.ts';

/** Each brings the file from the version of its place to the next. Never changed once released. */
const migrations = [
  `create table rows (id integer primary key, jt integer not null, n integer not null, crc integer not null, data blob not null);
   create table meta (key text primary key, value integer not null) without rowid;`,
];

/** A large page makes a group of a thousand messages one short chain: measured as the cheapest form of SQLite (ingest-path.md 2.4). */
export const pageBytes = 32_768;

/** What a row's checksum covers: where it stands, its time, its count and its bytes. */
export function checksum(id: number, jt: number, n: number, data: Uint8Array): number {
  const head = Buffer.allocUnsafe(20);
  head.writeDoubleLE(id, 0);
  head.writeDoubleLE(jt, 8);
  head.writeUInt32LE(n, 16);
  return crc32(data, crc32(head));
}

export class JournalFile {
  #db: Database.Database | null = null;
  #insert!: Database.Statement;
  #delete!: Database.Statement;
  #setMeta!: Database.Statement;
  #pages!: Database.Statement;
  #free!: Database.Statement;
  #first!: Database.Statement;
  #pageBytes = pageBytes;
  lastRow = 0;
  /** The journal's time when it was last written. */
  jt = 0;

  constructor(
    readonly path: string,
    /** The write-ahead log keeps its blocks up to this size: writing them again is cheaper than growing the file anew. */
    readonly logBytes: number,
  ) {}

  /** Creates or migrates it. Throws a fatal error when it is of a newer version, or no journal at all. */
  open(): void {
    try {
      const db = new Database(this.path);
      this.#db = db;
      db.pragma(`page_size = ${pageBytes}`);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
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
      this.#first = db.prepare('select min(id) from rows').pluck();
      const meta = (key: string) => (db.prepare('select value from meta where key = ?').pluck().get(key) as number | undefined) ?? 0;
      const last = db.prepare('select id, jt from rows order by id desc limit 1').get() as { id: number; jt: number } | undefined;
      this.lastRow = Math.max(last?.id ?? 0, meta('lastRow'));
      this.jt = Math.max(last?.jt ?? 0, meta('jt'));
    } catch (thrown) {
      this.close();
      if (thrown instanceof Error && 'next' in thrown) throw thrown;
      throw fatal('journal-unreadable', `The journal ${this.path} cannot be opened: ${reasonOf(thrown)}.`, thrown);
    }
  }

  #migrate(db: Database.Database): void {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > migrations.length)
      throw fatal('newer-data', `${this.path} was written by a newer version of Gridwarden (schema ${version}, this one knows ${migrations.length}); start that version.`);
    db.transaction(() => {
      for (const step of migrations.slice(version)) db.exec(step);
      db.pragma(`user_version = ${migrations.length}`);
    })();
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
      this.#remember();
    })();
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

  /** 0: no rows. */
  firstRow(): number {
    return (this.#first.get() as number | null) ?? 0;
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
