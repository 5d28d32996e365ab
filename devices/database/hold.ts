import { accessSync, constants, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makeFolder } from '../folder.ts';
import { isDamage } from './replacement.ts';

/**
 * Makes a folder and holds it until the process ends, however it ends: an exclusive lock of SQLite dies with its process. Gives what lets go of it.
 * Throws what the file system or SQLite says; `SQLITE_BUSY`: another process has it.
 */
export function holdFolder(folder: string): () => void {
  makeFolder(folder);
  // SQLite would open what is there for reading, and fail later with less to say.
  accessSync(folder, constants.W_OK);
  const file = join(folder, 'lock.db');
  try {
    return lock(file);
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    // There is nothing in it.
    rmSync(file);
    return lock(file);
  }
}

function lock(file: string): () => void {
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('begin exclusive; create table if not exists held (since text); commit');
  } catch (thrown) {
    db.close();
    throw thrown;
  }
  return () => db.close();
}
