/**
 * A checksum beside each row, in its column `seal`, which triggers write with every insert and update: no statement has to know of it, and what the disk
 * changes afterwards is found. A program without our function can read such tables, and not write them.
 */
import { crc32 } from 'node:zlib';
import type { Database } from 'better-sqlite3';

/** Rows that are named one by one. */
const named = 5;

/** For every handle that writes sealed tables, before its first write, or looks at their seals. */
export function useSeals(db: Database): void {
  db.function('seal', { varargs: true, deterministic: true }, (...values) =>
    // Types count, too: null, '' and 0 are three.
    crc32(JSON.stringify(values.map((value) => (value instanceof Uint8Array ? crc32(value) : value)))),
  );
}

/** Seals all tables but those with checksums of their own, and what stands in tables that were not sealed, or had fewer columns. */
export function sealTables(db: Database, but: readonly string[] = []): void {
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
  const table = tablesOf(db).find((one) => one.name === name) as Table;
  return `(select * from ${quoted(name)} where seal is ${seal(shapeOf(db, table).columns)})`;
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
const seal = (columns: string[], row = '') => `seal(${columns.map((column) => `${row}${quoted(column)}`).join(', ')})`;

const tablesOf = (db: Database): Table[] =>
  db.prepare("select name, wr from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite!_%' escape '!' order by name").all() as Table[];

function shapeOf(db: Database, { name, wr }: Table): { columns: string[]; key: string[]; isSealed: boolean } {
  const all = db.prepare('select name, pk from pragma_table_info(?)').all(name) as { name: string; pk: number }[];
  const columns = all.map((column) => column.name).filter((column) => column !== 'seal');
  return { columns, key: wr === 0 ? ['rowid'] : all.filter(({ pk }) => pk > 0).map((column) => column.name), isSealed: columns.length < all.length };
}

function sealTable(db: Database, table: Table): void {
  const { name } = table;
  const { columns, key, isSealed } = shapeOf(db, table);
  const put = `begin update ${quoted(name)} set seal = ${seal(columns, 'new.')} where ${key.map((one) => `${quoted(one)} is new.${quoted(one)}`).join(' and ')}; end`;
  const triggers = {
    [`${name}_sealed_anew`]: `after insert on ${quoted(name)} ${put}`,
    [`${name}_sealed_again`]: `after update of ${columns.map(quoted).join(', ')} on ${quoted(name)} ${put}`,
  };
  const there = db.prepare("select sql from sqlite_schema where type = 'trigger' and name = ?").pluck();
  const wanted = Object.entries(triggers).map(([trigger, what]) => ({ trigger, sql: `CREATE TRIGGER ${quoted(trigger)} ${what}` }));
  if (isSealed && wanted.every(({ trigger, sql }) => there.get(trigger) === sql)) return;
  if (!isSealed) db.exec(`alter table ${quoted(name)} add column seal integer`);
  for (const { trigger, sql } of wanted) db.exec(`drop trigger if exists ${quoted(trigger)}; ${sql}`);
  db.exec(`update ${quoted(name)} set seal = ${seal(columns)}`);
}
