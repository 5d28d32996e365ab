/** The door of the inspection: whether what lies in the data folder is what was written, and belongs together. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '../../devices/clock.ts';
import { brokenSeals, isDamage, type LogDamage, mendLog, structureFaults, useSeals, wholeRows } from '../../devices/database/database.ts';
import { fatal, reasonOf } from '../../devices/errors.ts';

export { Inspection } from './again.ts';

/** `structure`: what SQLite is asked for its pages and indexes; the telemetry file is large, and its blocks have checksums of their own. */
const databases = [
  { name: 'desk.db', structure: 'integrity_check', last: ['case_alerts', 'cases', 'commands', 'audit'] },
  { name: 'rules.db', structure: 'integrity_check', last: ['alerts', 'parked', 'events'] },
  { name: 'telemetry.db', structure: 'quick_check', last: ['parked'] },
] as const;
/** What of the first look there is no time for is left to the whole look, ms. */
const firstLookMs = 2000;
const smallBytes = 8 << 20;
/** Of the journal, which is looked at when it is opened and read, the pages. */
const databaseOf = (file: string) => databases.find(({ name }) => name === basename(file)) ?? { structure: 'quick_check' as const, last: [] };
/** Findings of one file that are told. */
const mostTold = 10;

const restore = 'Restore the data folder from a backup (npm run restore)';

/** Before anybody opens a database: mends the logs that a crash or the disk has damaged, and says what was found. */
export function mendLogs(folder: string, now: number): LogDamage[] {
  return [...databases.map(({ name }) => name), 'journal.db'].map((name) => mendLog(join(folder, name), now)).filter((damage) => damage !== null);
}

/**
 * Before anything is built on a database, by the thread that will: its rows, those that the start reads first, for so long as a start may wait, and its pages
 * where they are few. Throws a fatal error of one sentence where it finds something.
 */
export function firstLook(file: string, clock: Clock, ms = firstLookMs): void {
  const end = clock.mono() + ms;
  const { structure, last } = databaseOf(file);
  const [found] = lookAt(file, (db) =>
    told(file, () => {
      const broken = brokenSeals(db, () => clock.mono() < end, last);
      const isSmall = statSync(file).size < smallBytes && clock.mono() < end;
      return isSmall && broken.length === 0 ? structureFaults(db, structure, 1) : broken;
    }),
  );
  if (found !== undefined) throw fatal('data-damaged', `${found}. ${restore}; it was not used.`);
}

/** All that can be looked at, in sentences; empty: nothing is wrong. Takes as long as the files are large. */
export const wholeLook = (folder: string): string[] =>
  databases.flatMap(({ name }) => {
    const file = join(folder, name);
    return lookAt(file, (db) => findingsIn(db, file));
  });

/** The same of one database that is open. */
export function findingsIn(db: Database.Database, file: string): string[] {
  return told(file, () => [...brokenSeals(db), ...structureFaults(db, databaseOf(file).structure, mostTold)]);
}

function lookAt(file: string, look: (db: Database.Database) => string[]): string[] {
  if (!existsSync(file)) return [];
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true });
    return look(db);
  } catch (thrown) {
    return told(file, () => {
      throw thrown;
    });
  } finally {
    db?.close();
  }
}

/** In sentences that name the file; what SQLite cannot read is a finding, too. */
function told(file: string, find: () => string[]): string[] {
  let found: string[];
  try {
    found = find().slice(0, mostTold);
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    found = [reasonOf(thrown)];
  }
  return found.map((finding) => `${file} is damaged on the disk: ${finding}`);
}

/**
 * A file that was lost, emptied or put back alone: what the others have seen of it, it does not know, or what it needs of the journal is gone. Throws a fatal
 * error of one sentence.
 */
export function mustBelongTogether(folder: string): void {
  const decided = numberIn(join(folder, 'desk.db'), 'sqlite_sequence', 'seq', "name = 'outbox'");
  const trimmed = numberIn(join(folder, 'journal.db'), 'meta', 'value', "key = 'trimmed'");
  for (const name of ['rules.db', 'telemetry.db']) {
    const change = numberIn(join(folder, name), 'cursor', 'change');
    if (change !== null && decided !== null && change > decided)
      throw fatal('data-apart', `desk.db in ${folder} knows ${decided} changes, ${name} has seen ${change}: it was lost, or is an older copy. ${restore}, all of it of one time.`);
    const row = numberIn(join(folder, name), 'cursor', 'row');
    if (row !== null && trimmed !== null && row < trimmed)
      throw fatal(
        'data-apart',
        `${name} in ${folder} has seen row ${row} of the journal, which begins behind row ${trimmed}: it was lost, or is an older copy. ${restore}, all of it of one time.`,
      );
  }
}

/** 0: it is not there. null: it is not what was written; whoever opens the file says so. */
function numberIn(file: string, table: string, column: string, where = 'true'): number | null {
  if (!existsSync(file)) return 0;
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true });
    useSeals(db);
    if (!db.prepare('select 1 from pragma_table_list where name = ?').get(table)) return 0;
    const found = (from: string) => db?.prepare(`select ${column} from ${from} where ${where}`).pluck().get() as number | undefined;
    return found(wholeRows(db, table)) ?? (found(table) === undefined ? 0 : null);
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    return null;
  } finally {
    db?.close();
  }
}
