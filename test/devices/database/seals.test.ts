import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenSeals, sealTables, useSeals } from '../../../devices/database/seals.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-seals-'));
const file = join(folder, 'sealed.db');
let db: Database.Database;
const open = () => {
  db = new Database(file);
  useSeals(db);
};
beforeEach(() => {
  open();
  db.exec(`
    create table cases (n integer primary key autoincrement, id text not null unique, body text, at real);
    create table states (agent text, device text, state text not null, primary key (agent, device)) without rowid;
    create table pictures (id text primary key, bytes blob);
    create table rows (id integer primary key, crc integer, data blob);
  `);
  db.prepare("insert into cases (id, body) values ('before', 'there before')").run();
  sealTables(db, ['rows']);
  db.prepare("insert into cases (id, body, at) values ('one', 'first text', 1.5)").run();
  db.prepare("insert into cases (id, body) values ('one', 'second text') on conflict (id) do update set body = excluded.body").run();
  db.prepare("update cases set body = 'third text' where id = 'before'").run();
  db.prepare("insert into states values ('gw-1', 'cover-1', '{}', null) on conflict do update set state = 'x'").run();
  db.prepare("insert into pictures (id, bytes) values ('a', ?)").run(Buffer.from('some bytes'));
  db.prepare('insert into rows values (1, 0, ?)').run(Buffer.from('with their own checksum'));
});
afterEach(() => {
  db.close();
  rmSync(file);
});

/** As the disk does, behind the back of SQLite. */
function change(from: string, to: string): void {
  db.close();
  const bytes = readFileSync(file);
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  bytes.write(to, at);
  writeFileSync(file, bytes);
  open();
}

test('what was written, and what was there before, is whole', () => {
  expect(brokenSeals(db)).toEqual([]);
  expect(db.prepare('select id, body, at from cases order by n').all()).toEqual([
    { id: 'before', body: 'third text', at: null },
    { id: 'one', body: 'second text', at: 1.5 },
  ]);
});

test.each([
  ['second text', 'second tExt', 'row 2 of cases is not what was written'],
  ['cover-1', 'cover-2', 'row gw-1 cover-2 of states is not what was written'],
  ['some bytes', 'some bites', 'row 1 of pictures is not what was written'],
])('a change of "%s" behind its back is found and named', (from, to, sentence) => {
  change(from, to);
  expect(brokenSeals(db)).toEqual([sentence]);
  sealTables(db, ['rows']);
  expect(brokenSeals(db)).toEqual([sentence]);
});

test('a table with checksums of its own is left alone, and a table is looked at only while there is time', () => {
  change('own checksum', 'own chEcksum');
  expect(brokenSeals(db)).toEqual([]);
  change('second text', 'second tExt');
  expect(brokenSeals(db, () => false)).toEqual([]);
});

test('many changed rows are counted, not listed', () => {
  for (let i = 0; i < 20; i++) db.prepare("insert into cases (id, body) values (?, 'many')").run(`many-${i}`);
  const trigger = db.prepare("select sql from sqlite_schema where name = 'cases_sealed_again'").pluck().get() as string;
  db.exec('drop trigger cases_sealed_again');
  db.exec("update cases set body = 'other' where body = 'many'");
  db.exec(trigger);
  expect(brokenSeals(db)).toHaveLength(6);
  expect(brokenSeals(db).at(-1)).toBe('15 more rows of cases are not what was written');
});

test('a column that comes later is sealed with the others', () => {
  db.exec('alter table cases add column later text');
  sealTables(db, ['rows']);
  expect(brokenSeals(db)).toEqual([]);
  db.prepare("update cases set later = 'a later text' where id = 'one'").run();
  change('a later text', 'a lAter text');
  expect(brokenSeals(db)).toEqual(['row 2 of cases is not what was written']);
});

test('what another version has sealed in another way is not taken for damage, and is sealed anew', () => {
  db.exec('drop trigger cases_sealed_again; update cases set seal = 7');
  db.exec('create trigger cases_sealed_again after update of body on cases begin update cases set seal = 7 where rowid is new.rowid; end');
  expect(brokenSeals(db)).toEqual([]);
  sealTables(db, ['rows']);
  db.prepare("update cases set body = 'a later text' where id = 'one'").run();
  expect(brokenSeals(db)).toEqual([]);
  change('a later text', 'a lAter text');
  expect(brokenSeals(db)).toEqual(['row 2 of cases is not what was written']);
});

test('a program without our function reads such tables, and cannot write them', () => {
  db.close();
  db = new Database(file);
  expect(db.prepare('select count(*) from cases').pluck().get()).toBe(2);
  expect(() => db.prepare("update cases set body = 'x'").run()).toThrow('seal');
});
