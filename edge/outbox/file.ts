/** The outbox's file: opened by one process alone, of a known schema. */
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import {
  completeReplacement,
  holdFolder,
  isDamage,
  mendLog,
  readableRows,
  removeBroken,
  replaceDamaged,
  sealTables,
  structureFaults,
  useSeals,
  wholeRows,
} from '../../devices/database/database.ts';
import { fatal } from '../../devices/errors.ts';

/** Grows with every change of the tables below; each step in `migrations` leads from one to the next. */
const migrations: readonly string[] = [
  `CREATE TABLE telemetry (id INTEGER PRIMARY KEY, device TEXT NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE urgent (id INTEGER PRIMARY KEY, device TEXT NOT NULL, what TEXT NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE command (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, reply TEXT) STRICT;
   CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE fact (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
];
export const schemaVersion = migrations.length;

/** Each with its whole number as a key; null: it has a text. */
const tables = [
  { table: 'telemetry', key: 'id', columns: ['id', 'device', 'body'] },
  { table: 'urgent', key: 'id', columns: ['id', 'device', 'what', 'body'] },
  { table: 'command', key: 'n', columns: ['n', 'id', 'reply'] },
  { table: 'state', key: null, columns: ['key', 'value'] },
  { table: 'fact', key: null, columns: ['key', 'value'] },
] as const;

const pageBytes = 4096;

export interface OpenFile {
  db: Database.Database;
  /** What the disk has changed and was given up, in sentences. */
  damage: string[];
  /** Readings among it. */
  lost: number;
  close(): void;
}

/**
 * Opens `outbox.db` in `folder` and claims it until the process ends, however it ends. The write-ahead log is kept below `walBytes`. What the disk has
 * changed is given up, the rest goes on: nobody is beside a gateway to repair it. Throws fatal where another process has the folder, or a newer version of
 * the program wrote it.
 */
export function openFile(folder: string, walBytes: number, now: number): OpenFile {
  const path = join(folder, 'outbox.db');
  let release = () => {};
  try {
    release = holdFolder(folder);
    completeReplacement(path, now);
    const log = mendLog(path, now);
    const { db, broken, aside } = openOrReplace(path, walBytes, now);
    chmodSync(path, 0o600);
    return {
      db,
      damage: [
        ...(log ? [log.sentence] : []),
        ...(aside === null ? [] : [`${path} was damaged on the disk and is kept as ${aside}; what could be read of it goes on, the rest is lost`]),
        ...broken.map(({ table, rows }) => `${rows} rows of ${table} in ${path} were changed by the disk and are lost`),
      ],
      lost: broken.find(({ table }) => table === 'telemetry')?.rows ?? 0,
      close() {
        db.close();
        release();
      },
    };
  } catch (error) {
    release();
    const code = (error as { code?: string }).code ?? '';
    if (code.startsWith('SQLITE_BUSY')) throw fatal('data-in-use', `data folder ${folder} is in use by another process`);
    if (
      code === 'EACCES' ||
      code === 'ENOTDIR' ||
      code === 'EROFS' ||
      code === 'EEXIST' ||
      code === 'ENOENT' ||
      code.startsWith('SQLITE_CANTOPEN') ||
      code.startsWith('SQLITE_READONLY')
    )
      throw fatal('data-unwritable', `data folder ${folder} cannot be written (${code})`, error);
    throw error;
  }
}

function openOrReplace(path: string, walBytes: number, now: number): { db: Database.Database; broken: ReturnType<typeof removeBroken>; aside: string | null } {
  let db: Database.Database | undefined;
  try {
    db = use(path, walBytes);
    if (structureFaults(db, 'integrity_check', 1).length === 0) return { db, broken: removeBroken(db), aside: null };
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  db?.close();
  const aside = replaceDamaged(path, now, (partial, damaged) => {
    const made = use(partial, walBytes);
    if (damaged) takeOver(made, damaged);
    made.close();
  });
  return { db: use(path, walBytes), broken: [], aside };
}

function use(path: string, walBytes: number): Database.Database {
  const db = new Database(path, { timeout: 1000 });
  try {
    // Exclusive before the first access of the log, so that it is held in memory and by this process alone.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma(`page_size = ${pageBytes}`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma(`wal_autocheckpoint = ${Math.max(8, Math.floor(walBytes / pageBytes / 2))}`);
    db.pragma(`journal_size_limit = ${walBytes}`);
    db.pragma('cache_size = -1024');
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Whatever can be read and is what was written. */
function takeOver(db: Database.Database, damaged: Database.Database): void {
  for (const { table, key, columns } of tables) {
    try {
      useSeals(damaged);
      const whole = wholeRows(damaged, table);
      const rows = key === null ? damaged.prepare(`select * from ${whole}`).iterate() : readableRows(damaged, whole, key);
      const put = db.prepare(`insert or ignore into ${table} (${columns.join(', ')}) values (${columns.map((column) => `@${column}`).join(', ')})`);
      db.transaction(() => {
        for (const row of rows) put.run(row);
      })();
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
}

function migrate(db: Database.Database, path: string): void {
  const found = db.pragma('user_version', { simple: true }) as number;
  if (found > schemaVersion) throw fatal('data-newer', `data folder ${dirname(path)} was written by a newer version (schema ${found}, this program knows ${schemaVersion})`);
  sealTables(db);
  db.transaction(() => {
    for (const step of migrations.slice(found)) db.exec(step);
    db.pragma(`user_version = ${schemaVersion}`);
  })();
  sealTables(db);
}
