import type { Database } from 'better-sqlite3';

/** What SQLite finds wrong with a database's pages, one line each; `integrity_check` also compares indexes with their tables. */
export const structureFaults = (db: Database, check: 'quick_check' | 'integrity_check', most: number): string[] =>
  (db.pragma(`${check}(${most})`) as Record<string, string>[])
    .map((row) => (row[check] as string).replace(/^\*\*\* in database main \*\*\*\s*/, '').replaceAll('\n', '; '))
    .filter((line) => line !== 'ok');
