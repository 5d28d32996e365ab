/**
 * A checksum beside each row, in its column `seal`, which triggers write with every insert and update: no statement has to know of it, and what the disk
 * changes afterwards is found. A program without our function can read such tables, and not write them.
 */
import { crc32 } from 'node:zlib';
import type { Database } from 'better-sqlite3';

/** Rows that are named one by one. */
const named = 5;

/** For every handle that looks at seals. */
export function useSeals(db: Database): void {
  db.function('seal', { deterministic: true }, (row) => crc32(row as string));
}

/**
 * Seals all tables but those with checksums of their own, and what stands in tables that were not sealed, or had fewer columns. For every handle that writes:
 * before its first write, and again when it has made tables.
 */
export function sealTables(db: Database, but: readonly string[] = []): void {
  useSeals(db);
  db.transaction(() => {
    for (const table of tablesOf(db)) if (!but.includes(table.name)) sealTable(db, table);
  })();
}

/**
 * Sentences, one for each row that is not what was written, of so many tables as there is time: `goOn` is asked before each; those in `last` come last.
 * Throws what SQLite throws.
 */
export function brokenSeals(db: Database, goOn: () => boolean = () => true, last: readonly string[] = []): string[] {
  useSeals(db);
  const broken: string[] = [];
  for (const table of tablesOf(db).sort((one, other) => last.indexOf(one.name) - last.indexOf(other.name))) {
    const { columns, key, isSealed } = shapeOf(db, table);
    if (!isSealed || !goOn()) continue;
    const keys = db
      .prepare(`select ${key.map(quoted).join(` || ' ' || `)} from ${quoted(table.name)} where seal is not ${seal(columns)}`)
      .pluck()
      .all();
    for (const row of keys.slice(0, named)) broken.push(`row ${row} of ${table.name} is not what was written`);
    if (keys.length > named) broken.push(`${keys.length - named} more rows of ${table.name} are not what was written`);
  }
  return broken;
}

/** What was written of a table, to be selected from. */
export function wholeRows(db: Database, name: string): string {
  const table = tablesOf(db).find((one) => one.name === name);
  if (!table) return quoted(name);
  const { columns, isSealed } = shapeOf(db, table);
  return isSealed ? `(select * from ${quoted(name)} where seal is ${seal(columns)})` : quoted(name);
}

/** Removes the rows that are not what was written. How many of each table, where there are any. */
export const removeBroken = (db: Database): { table: string; rows: number }[] =>
  tablesOf(db)
    .map((table) => {
      const { columns, isSealed } = shapeOf(db, table);
      return { table: table.name, rows: isSealed ? db.prepare(`delete from ${quoted(table.name)} where seal is not ${seal(columns)}`).run().changes : 0 };
    })
    .filter(({ rows }) => rows > 0);

interface Table {
  name: string;
  /** 1: without rowid. */
  wr: number;
}

const quoted = (name: string) => `"${name}"`;
/** As one text, which is far cheaper to hand over than many values; their types count, too: null, '' and 0 are three. Bytes are no JSON. */
const seal = (columns: Column[], row = '') =>
  `seal(json_array(${columns.map(({ name, type }) => (/blob/i.test(type) ? `quote(${row}${quoted(name)})` : `${row}${quoted(name)}`)).join(', ')}))`;

const tablesOf = (db: Database): Table[] =>
  db.prepare("select name, wr from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite!_%' escape '!' order by name").all() as Table[];

interface Column {
  name: string;
  type: string;
  pk: number;
}
interface Shape {
  columns: Column[];
  key: string[];
  hasSeal: boolean;
  triggers: { name: string; sql: string }[];
  /** As this version does it: what was sealed otherwise cannot be looked at, and is sealed anew. */
  isSealed: boolean;
}

function shapeOf(db: Database, table: Table): Shape {
  const all = db.prepare('select name, type, pk from pragma_table_info(?)').all(table.name) as Column[];
  const columns = all.filter(({ name }) => name !== 'seal');
  const key = table.wr === 0 ? ['rowid'] : columns.filter(({ pk }) => pk > 0).map(({ name }) => name);
  const triggers = triggersOf(table.name, columns, key);
  const there = db.prepare("select sql from sqlite_schema where type = 'trigger' and name = ?").pluck();
  return { columns, key, hasSeal: columns.length < all.length, triggers, isSealed: triggers.every(({ name, sql }) => there.get(name) === sql) };
}

function triggersOf(table: string, columns: Column[], key: string[]): Shape['triggers'] {
  const put = `begin update ${quoted(table)} set seal = ${seal(columns, 'new.')} where ${key.map((one) => `${quoted(one)} is new.${quoted(one)}`).join(' and ')}; end`;
  const when = { anew: 'insert', again: `update of ${columns.map(({ name }) => quoted(name)).join(', ')}` };
  return Object.entries(when).map(([how, what]) => {
    const name = `${table}_sealed_${how}`;
    return { name, sql: `CREATE TRIGGER ${quoted(name)} after ${what} on ${quoted(table)} ${put}` };
  });
}

function sealTable(db: Database, table: Table): void {
  const { columns, hasSeal, triggers, isSealed } = shapeOf(db, table);
  if (isSealed) return;
  if (!hasSeal) db.exec(`alter table ${quoted(table.name)} add column seal integer`);
  for (const { name, sql } of triggers) db.exec(`drop trigger if exists ${quoted(name)}; ${sql}`);
  db.exec(`update ${quoted(table.name)} set seal = ${seal(columns)}`);
}
