import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstLook, Inspection, mustBelongTogether, wholeLook } from '../../../cloud/inspection/inspection.ts';
import { sealTables, useSeals } from '../../../devices/database/database.ts';
import { TestClock } from '../../kit/clock.ts';

const clock = new TestClock();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gw-inspection-'));
  write('desk.db', 'create table outbox (id integer primary key autoincrement, change text); insert into outbox values (7, null); create table accounts (name text, role text)');
  write('rules.db', 'create table cursor (one integer primary key, row integer, change integer); insert into cursor values (1, 50, 7)');
  write('telemetry.db', 'create table cursor (one integer primary key, row integer, change integer); insert into cursor values (1, 40, 5)');
  write('journal.db', "create table meta (key text primary key, value integer) without rowid; insert into meta values ('trimmed', 40)");
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, sql: string): void {
  const db = new Database(join(folder, name));
  useSeals(db);
  db.exec(sql);
  sealTables(db);
  db.close();
}
/** As the disk does: the seals stay as they are. */
function change(name: string, sql: string): void {
  const db = new Database(join(folder, name));
  const triggers = db.prepare("select name, sql from sqlite_schema where type = 'trigger'").all() as { name: string; sql: string }[];
  for (const trigger of triggers) db.exec(`drop trigger ${trigger.name}`);
  db.exec(sql);
  for (const trigger of triggers) db.exec(trigger.sql);
  db.close();
}
function look(ms?: number): void {
  mustBelongTogether(folder);
  for (const name of ['desk.db', 'rules.db', 'telemetry.db']) firstLook(join(folder, name), clock, ms);
}

describe('the first look', () => {
  it('finds nothing wrong with what was written, with what is older than the seals, or with an empty folder', () => {
    look();
    const db = new Database(join(folder, 'desk.db'));
    db.exec('create table later (a text); insert into later values (1)');
    db.close();
    look();
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    look();
  });

  it.each([
    ['desk.db', "insert into accounts (name, role) values ('wang', 'administrator')", 'row 1 of accounts is not what was written'],
    ['rules.db', 'update cursor set row = 49', 'row 1 of cursor is not what was written'],
    ['telemetry.db', 'update cursor set row = 41', 'row 1 of cursor is not what was written'],
  ])('ends the start with one sentence when a row of %s was changed', (name, sql, finding) => {
    change(name, sql);
    expect(() => look()).toThrow(
      expect.objectContaining({
        next: 'fatal',
        code: 'data-damaged',
        message: `${join(folder, name)} is damaged on the disk: ${finding}. Restore the data folder from a backup (npm run restore); it was not used.`,
      }),
    );
    expect(wholeLook(folder)).toEqual([`${join(folder, name)} is damaged on the disk: ${finding}`]);
  });

  it('ends the start when a file is no database any more', () => {
    writeFileSync(join(folder, 'rules.db'), 'nothing that SQLite knows, however one looks at it'.repeat(50));
    expect(() => look()).toThrow(expect.objectContaining({ code: 'data-damaged', message: expect.stringContaining('rules.db is damaged on the disk: file is not a database') }));
  });

  it('leaves what there is no time for to the later look', () => {
    change('desk.db', "insert into accounts (name, role) values ('wang', 'administrator')");
    look(0);
    expect(wholeLook(folder)).toHaveLength(1);
  });

  it.each(['desk.db', 'rules.db', 'telemetry.db'])('ends the start when %s was lost: the others know more of it than it does', (name) => {
    rmSync(join(folder, name));
    expect(() => look()).toThrow(
      expect.objectContaining({
        code: 'data-apart',
        message: expect.stringMatching(new RegExp(`^${name} .*it was lost, or is an older copy\\. Restore the data folder from a backup`)),
      }),
    );
  });

  it('does not believe a number of the journal that the disk has changed', () => {
    change('journal.db', 'update meta set value = 4000');
    look();
  });
});

describe('the whole look', () => {
  it('finds an index that does not know its table', () => {
    write('rules.db', "create table alerts (id text unique); insert into alerts values ('of-the-table')");
    const bytes = readFileSync(join(folder, 'rules.db'));
    // The table lies before its index.
    bytes.write('of-the-indeX', bytes.lastIndexOf('of-the-table'));
    writeFileSync(join(folder, 'rules.db'), bytes);
    expect(() => look()).toThrow('row 1 missing from index');
    look(0);
    expect(wholeLook(folder).join()).toMatch(/rules\.db is damaged on the disk: row 1 missing from index/);
  });

  it('comes again and again, is told when it finds something, and its findings are known until it finds them no more', async () => {
    const lines: string[] = [];
    const finds = [['a row is wrong'], ['a row is wrong'], []];
    const own = new TestClock();
    const inspection = new Inspection({
      clock: own,
      log: pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line).msg) }),
      look: async () => finds.shift() ?? Promise.reject(new Error('the thread died')),
    });
    inspection.start();
    const pass = async (ms: number) => {
      own.advance(ms);
      for (let i = 0; i < 5; i++) await Promise.resolve();
    };
    await pass(60_000);
    expect(inspection.found).toEqual(['a row is wrong']);
    await pass(86_400_000);
    expect(lines).toEqual(['a row is wrong']);
    await pass(86_400_000);
    expect(inspection.found).toEqual([]);
    await pass(86_400_000);
    expect(lines.at(-1)).toBe('the data folder could not be looked at: the thread died');
    inspection.stop();
  });
});
