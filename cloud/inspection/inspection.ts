/** The door of the inspection: whether what lies in the data folder is what was written, and belongs together. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '../../devices/clock.ts';
import { brokenSeals, isDamage, type LogDamage, mendLog, structureFaults, useSeals } from '../../devices/database/database.ts';
import { fatal, reasonOf } from '../../devices/errors.ts';

export { Inspection } from './again.ts';

/** `structure`: what SQLite is asked for its pages and indexes; the telemetry file is large, and its blocks have checksums of their own. */
const databases = [
  { name: 'desk.db', structure: 'integrity_check', last: ['case_alerts', 'cases', 'commands', 'audit'] },
  { name: 'rules.db', structure: 'integrity_check', last: ['alerts', 'parked', 'events'] },
  { name: 'telemetry.db', structure: 'quick_check', last: ['parked'] },
] as const;
/** So much of a file is looked through in a millisecond, about. */
const bytesPerMs = 100_000;
/** Findings of one file that are told. */
const mostTold = 10;

const restore = 'Restore the data folder from a backup (npm run restore)';

/** Before anybody opens a database: mends the logs that a crash or the disk has damaged, and says what was found. */
export function mendLogs(folder: string, now: number): LogDamage[] {
  return [...databases.map(({ name }) => name), 'journal.db'].map((name) => mendLog(join(folder, name), now)).filter((damage) => damage !== null);
}

/**
 * What must be known before anything is built on these files: looks at their rows for so long, what the start reads first, at their pages where they are
 * small, and whether they are of one time. Throws a fatal error of one sentence where it finds something.
 */
export function firstLook(folder: string, clock: Clock, budgetMs: number): void {
  const end = clock.mono() + budgetMs;
  for (const { name, structure, last } of databases) {
    const file = join(folder, name);
    const [found] = lookAt(file, (db) =>
      told(file, () => {
        const broken = brokenSeals(db, () => clock.mono() < end, last);
        const hasTime = statSync(file).size < (end - clock.mono()) * bytesPerMs;
        return hasTime && broken.length === 0 ? structureFaults(db, structure, 1) : broken;
      }),
    );
    if (found !== undefined) throw fatal('data-damaged', `${found}. ${restore}; nothing of it was used or changed.`);
  }
  mustBelongTogether(folder);
}

/** All that can be looked at, in sentences; empty: nothing is wrong. Takes as long as the files are large. */
export const wholeLook = (folder: string): string[] =>
  databases.flatMap(({ name }) => {
    const file = join(folder, name);
    return lookAt(file, (db) => findingsIn(db, file));
  });

/** The same of one database that is open. */
export function findingsIn(db: Database.Database, file: string): string[] {
  const structure = databases.find(({ name }) => name === basename(file))?.structure ?? 'quick_check';
  return told(file, () => [...brokenSeals(db), ...structureFaults(db, structure, mostTold)]);
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

/** A file that was lost, emptied or put back alone: what the others have seen of it, it does not know, or what it needs of the journal is gone. */
function mustBelongTogether(folder: string): void {
  const number = (name: string, table: string, sql: string): number => {
    const file = join(folder, name);
    if (!existsSync(file)) return 0;
    const db = new Database(file, { readonly: true });
    try {
      useSeals(db);
      return db.prepare('select 1 from sqlite_schema where name = ?').get(table) ? ((db.prepare(sql).pluck().get() as number | undefined) ?? 0) : 0;
    } catch {
      // The journal is mended by who opens it; the others were looked at before.
      return 0;
    } finally {
      db.close();
    }
  };
  const decided = number('desk.db', 'outbox', "select seq from sqlite_sequence where name = 'outbox'");
  const trimmed = number('journal.db', 'meta', "select value from meta where key = 'trimmed' and seal is seal(json_array(key, value))");
  for (const name of ['rules.db', 'telemetry.db']) {
    const change = number(name, 'cursor', 'select change from cursor');
    if (change > decided)
      throw fatal('data-apart', `desk.db in ${folder} knows ${decided} changes, ${name} has seen ${change}: it was lost, or is an older copy. ${restore}, all of it of one time.`);
    const row = number(name, 'cursor', 'select row from cursor');
    if (row < trimmed)
      throw fatal(
        'data-apart',
        `${name} in ${folder} has seen row ${row} of the journal, which begins behind row ${trimmed}: it was lost, or is an older copy. ${restore}, all of it of one time.`,
      );
  }
}
