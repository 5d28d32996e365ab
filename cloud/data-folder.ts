import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { fatal, reasonOf } from '../devices/errors.ts';
import { makeFolder } from '../devices/folder.ts';

/**
 * Makes the data folder and holds it until the process ends, however it ends: an exclusive lock of SQLite dies with its process.
 * Throws a `fatal` error with one sentence where another process holds it, or where it cannot be written.
 */
export function holdDataFolder(folder: string): { release(): void } {
  let db: Database.Database;
  try {
    makeFolder(folder);
    // SQLite would open what is there for reading, and fail later with less to say.
    accessSync(folder, constants.W_OK);
    db = new Database(join(folder, 'lock.db'), { timeout: 0 });
  } catch (thrown) {
    throw fatal('data-folder', `The data folder "${folder}" (GW_DATA_DIR) cannot be used: ${reasonOf(thrown)}.`, thrown);
  }
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('begin exclusive; create table if not exists held (since text); commit');
  } catch (thrown) {
    db.close();
    if ((thrown as { code?: string }).code === 'SQLITE_BUSY')
      throw fatal('data-folder-in-use', `The data folder "${folder}" (GW_DATA_DIR) is in use by another process; stop that one, or choose another folder.`, thrown);
    throw fatal('data-folder', `The data folder "${folder}" (GW_DATA_DIR) cannot be used: ${reasonOf(thrown)}.`, thrown);
  }
  return { release: () => db.close() };
}
