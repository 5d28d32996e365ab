/**
 * A journal that SQLite cannot read is kept aside, and a new one is made of those of its rows that are what was written: what was acknowledged and not
 * yet read by everybody must not be lost with a page that nobody needs any more.
 */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { asideOf, readableRows } from '../../devices/database/database.ts';
import { isWhole, type Stored } from './row.ts';

const partialOf = (path: string) => `${path}.partial`;

/** Completes, or undoes, what a crash has left of a salvage. */
export function completeSalvage(path: string, now: number): void {
  const partial = partialOf(path);
  if (!existsSync(partial)) return;
  if (existsSync(path)) for (const end of ['', '-wal', '-shm']) rmSync(partial + end, { force: true });
  else exchange(path, asideOf(path, now));
}

/** `make` creates the new journal and puts rows and the remembered numbers into it. How many rows were taken over, and where the old file is. */
export function salvage(path: string, now: number, make: (partial: string, rows: Iterable<Stored>, remembered: Map<string, number>) => void): { rows: number; aside: string } {
  const partial = partialOf(path);
  for (const end of ['', '-wal', '-shm']) rmSync(partial + end, { force: true });
  let taken = 0;
  let damaged: Database.Database | undefined;
  try {
    damaged = new Database(path, { readonly: true });
  } catch {
    // Not even a file of SQLite: nothing of it can be taken over.
  }
  function* whole(): Generator<Stored> {
    if (!damaged) return;
    for (const row of readableRows<Stored>(damaged, 'rows', 'id')) {
      if (!isWhole(row)) continue;
      taken++;
      yield row;
    }
  }
  make(partial, whole(), remembered(damaged));
  damaged?.close();
  const aside = asideOf(path, now);
  renameSync(path, aside);
  exchange(path, aside);
  return { rows: taken, aside };
}

function remembered(db: Database.Database | undefined): Map<string, number> {
  try {
    const rows = (db?.prepare('select key, value from meta').all() ?? []) as { key: string; value: number }[];
    return new Map(rows.map(({ key, value }) => [key, value]));
  } catch {
    return new Map();
  }
}

/** The log of the old one goes first: it must never be taken for the new one's. */
function exchange(path: string, aside: string): void {
  const log = `${path}-wal`;
  if (existsSync(log)) statSync(log).size > 0 ? renameSync(log, `${aside}-wal`) : rmSync(log);
  rmSync(`${path}-shm`, { force: true });
  renameSync(partialOf(path), path);
}
