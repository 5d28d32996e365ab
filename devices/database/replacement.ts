import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { asideOf } from './aside.ts';

const partialOf = (path: string) => `${path}.partial`;

/** Whether SQLite says of a file that it is not what was written. */
export const isDamage = (thrown: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB|IOERR_(READ|SHORT_READ|DATA|CORRUPTFS))/.test(String((thrown as { code?: unknown }).code));

/**
 * A database that SQLite cannot read is kept aside, and another takes its place: `make` creates it, whole and closed, of what it can read of the damaged one
 * (null: nothing). Nobody has either open. A crash at any moment is completed by `completeReplacement`. Gives where the damaged one is kept.
 */
export function replaceDamaged(path: string, now: number, make: (partial: string, damaged: Database | null) => void): string {
  removeAll(partialOf(path));
  let damaged: Database | null = null;
  try {
    damaged = new BetterSqlite(path, { readonly: true });
  } catch {
    // Not even a file of SQLite.
  }
  make(partialOf(path), damaged);
  damaged?.close();
  const aside = asideOf(path, now);
  renameSync(path, aside);
  exchange(path, aside);
  return aside;
}

/** To be called before the database is opened. */
export function completeReplacement(path: string, now: number): void {
  if (!existsSync(partialOf(path))) return;
  if (existsSync(path)) removeAll(partialOf(path));
  else exchange(path, asideOf(path, now));
}

/** The log of the old one goes first: it must never be taken for the new one's. */
function exchange(path: string, aside: string): void {
  const log = `${path}-wal`;
  if (existsSync(log)) statSync(log).size > 0 ? renameSync(log, `${aside}-wal`) : rmSync(log);
  rmSync(`${path}-shm`, { force: true });
  renameSync(partialOf(path), path);
}

function removeAll(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
}
