/** The outbox's file: opened by one process alone, of a known schema. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { fatal } from '../../devices/errors.ts';
import { makeFolder } from '../../devices/folder.ts';

/** Grows with every change of the tables below; each step in `migrations` leads from one to the next. */
const migrations: readonly string[] = [
  `CREATE TABLE telemetry (id INTEGER PRIMARY KEY, device TEXT NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE urgent (id INTEGER PRIMARY KEY, device TEXT NOT NULL, what TEXT NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE command (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, reply TEXT) STRICT;
   CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE fact (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
];
export const schemaVersion = migrations.length;

const pageBytes = 4096;

/**
 * Opens `outbox.db` in `folder` and claims it until the process ends, however it ends (SQLite's exclusive lock). The write-ahead log is kept below
 * `walBytes`. Throws fatal where another process has it, or a newer version of the program wrote it.
 */
export function openFile(folder: string, walBytes: number): Database.Database {
  const path = join(folder, 'outbox.db');
  try {
    makeFolder(folder);
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
      db.exec('BEGIN EXCLUSIVE; COMMIT');
      migrate(db, folder);
      chmodSync(path, 0o600);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code.startsWith('SQLITE_BUSY')) throw fatal('data-in-use', `data folder ${folder} is in use by another process`);
    if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) throw fatal('data-broken', `${path} is not an outbox that can be read (${code})`, error);
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

function migrate(db: Database.Database, folder: string): void {
  const found = db.pragma('user_version', { simple: true }) as number;
  if (found > schemaVersion) throw fatal('data-newer', `data folder ${folder} was written by a newer version (schema ${found}, this program knows ${schemaVersion})`);
  db.transaction(() => {
    for (const step of migrations.slice(found)) db.exec(step);
    db.pragma(`user_version = ${schemaVersion}`);
  })();
}
