import { closeSync, copyFileSync, existsSync, openSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { type Entry, openJournalReader, type Row } from '../../../cloud/journal/journal.ts';
import { mendLog } from '../../../devices/database/database.ts';
import { patience, runs, seed } from '../../kit/fuzz.ts';
import { seeded } from '../../kit/line.ts';
import { OwnJournal } from '../../kit/own-journal.ts';

const pageBytes = 32_768;
let own: OwnJournal;
afterEach(() => own.stop());

const publish = (word: string, bytes = 0): Entry => ({
  type: 'publish',
  agent: 'gw-01',
  topic: 'gw/v1/gw-01/telemetry',
  payload: Buffer.from(word.padEnd(bytes, '.')),
  rx: 1,
});
async function say(rows: number, bytes: number): Promise<void> {
  for (let i = 1; i <= rows; i++) await own.writer.append([publish(`message ${i}`, bytes)], 'event');
}
/** All that a consumer is given, as it reads on and on. */
function readAll(reader = own.reader): Row[] {
  const read: Row[] = [];
  for (let rows = reader.read(0, 1); rows.length > 0; rows = reader.read(read.at(-1)?.row ?? 0, 1)) read.push(...rows);
  return read;
}
const textsOf = (rows: Row[]) => new Map(rows.flatMap(({ row, entries }) => entries.map((entry) => [row, entry.type === 'publish' ? String(entry.payload) : entry.type] as const)));

function overwrite(at: number, bytes: Uint8Array): void {
  const handle = openSync(own.file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}
/** Where the leaf with rows lies, counted from the first; -1: the last. */
function leaf(n: number): number {
  const db = new Database(own.file, { readonly: true });
  const pages = db.prepare("select pageno from dbstat where name = 'rows' and pagetype = 'leaf' order by path").pluck().all() as number[];
  db.close();
  return ((pages.at(n) as number) - 1) * pageBytes;
}
const nonsense = Buffer.alloc(64, 0xff);
const asides = () => readdirSync(own.dir).filter((name) => name.includes('damaged'));

test('a byte that was flipped on the disk is found and named, and the rows beside it are read', async () => {
  own = new OwnJournal().open();
  await say(3, 0);
  own.close();
  overwrite(readFileSync(own.file).indexOf('message 2'), Buffer.from('M'));
  own.open();
  const rows = readAll();
  expect(rows.map((row) => [row.row, row.entries.length, row.damaged !== undefined])).toEqual([
    [1, 1, false],
    [2, 0, true],
    [3, 1, false],
  ]);
  expect(rows[1]).toMatchObject({ jt: null, damaged: expect.stringContaining('row 2') });
});

test('a page that cannot be read while the journal works is named, and the rows behind it are read', async () => {
  own = new OwnJournal().open();
  await say(12, 20_000);
  const all = textsOf(readAll());
  own.close();
  overwrite(leaf(4), nonsense);
  const reader = openJournalReader(own.file);
  const read = readAll(reader);
  reader.close();
  own.open();
  const damaged = read.filter((row) => row.damaged !== undefined);
  expect(damaged.map((row) => row.damaged)).toEqual([expect.stringMatching(/^rows \d+ to \d+ of the journal cannot be read: /)]);
  expect(read.at(-1)?.row).toBe(12);
  expect(textsOf(read).size).toBeGreaterThanOrEqual(9);
  for (const [row, text] of textsOf(read)) expect(text).toBe(all.get(row));
});

test.each([
  ['in the middle', 4],
  ['at the end', -1],
  ['at the beginning', 0],
])('a page %s that cannot be read when the journal is opened: the file is kept aside, what can be read goes on, and both are said', async (_where, n) => {
  own = new OwnJournal().open();
  await say(12, 20_000);
  own.durable(0);
  const all = textsOf(readAll());
  own.close();
  overwrite(leaf(n), nonsense);
  own.open();
  expect(asides()).toHaveLength(1);
  const { damage, lastRow } = own.writer.stats();
  expect(damage).toMatch(new RegExp(`^The journal .*journal\\.db was damaged on the disk .* kept as .*${asides()[0]}; (9|10|11) of its rows could be read and go on\\.`));
  expect(own.errors).toEqual([damage]);
  const rows = readAll();
  for (const [row, text] of textsOf(rows)) expect(text).toBe(all.get(row));
  // What is missing between two rows is named as well.
  const gaps = rows.filter((row) => row.damaged !== undefined).length;
  expect(gaps).toBe(n > 0 ? 1 : 0);
  await say(1, 0);
  expect(readAll().at(-1)).toMatchObject({ row: lastRow + 1, entries: [{ type: 'publish' }] });
  await own.reopen();
  expect(own.writer.stats().damage).toBeNull();
});

test('a last row that is not what was written is not built upon', async () => {
  own = new OwnJournal().open();
  await say(3, 0);
  own.close();
  overwrite(readFileSync(own.file).indexOf('message 3'), Buffer.from('M'));
  own.open();
  expect(own.writer.stats()).toMatchObject({ lastRow: 3, damage: expect.stringMatching(/^The last 1 rows .* are lost\.$/) });
  await say(1, 0);
  expect(readAll().map(({ row, damaged }) => [row, damaged])).toEqual([
    [1, undefined],
    [2, undefined],
    [3, 'rows 3 to 3 of the journal are not there'],
    [4, undefined],
  ]);
});

test('numbers that it remembers are not believed when the disk has changed them', async () => {
  own = new OwnJournal().open();
  await say(2, 0);
  own.close();
  const db = new Database(own.file);
  const triggers = db.prepare("select sql from sqlite_schema where type = 'trigger'").pluck().all();
  db.exec('drop trigger meta_sealed_anew; drop trigger meta_sealed_again');
  db.exec("update meta set value = value + 1000000000 where key in ('lastRow', 'jt')");
  db.exec(triggers.join(';'));
  db.close();
  own.open();
  expect(own.writer.stats()).toMatchObject({ lastRow: 2 });
});

test('rows that are gone from between others are named', async () => {
  own = new OwnJournal().open();
  await say(6, 0);
  own.close();
  const db = new Database(own.file);
  db.exec('delete from rows where id in (3, 4)');
  db.close();
  own.open();
  expect(readAll().flatMap(({ row, damaged }) => (damaged === undefined ? [] : [[row, damaged]]))).toEqual([[4, 'rows 3 to 4 of the journal are not there']]);
});

test.each([
  ['before the old file was moved', () => writeFileSync(`${own.file}.partial`, 'half of a new one')],
  [
    'after the old file was moved',
    () => {
      copyFileSync(own.file, `${own.file}.partial`);
      rmSync(own.file);
      writeFileSync(`${own.file}-wal`, 'the log of the old one');
    },
  ],
])('a crash %s is completed', async (_when, crash) => {
  own = new OwnJournal().open();
  await say(3, 0);
  own.close();
  crash();
  own.open();
  expect(textsOf(readAll()).size).toBe(3);
  expect(existsSync(`${own.file}.partial`)).toBe(false);
});

/** A journal as a kill leaves it, half of its rows in the file and half in its log; `change` is what the disk does to it. What is read then. */
async function afterwards(change: (files: { main: Buffer; log: Buffer }) => void, image: { main: Buffer; log: Buffer }) {
  const changed = { main: Buffer.from(image.main), log: Buffer.from(image.log) };
  change(changed);
  for (const name of readdirSync(own.dir)) rmSync(join(own.dir, name), { recursive: true });
  writeFileSync(own.file, changed.main);
  writeFileSync(`${own.file}-wal`, changed.log);
  own.errors.length = 0;
  const log = mendLog(own.file, 0);
  try {
    own.open();
  } catch (error) {
    return { refused: error as { next: string; message: string }, log, rows: [] as Row[], damage: null };
  }
  const { damage } = own.writer.stats();
  const rows = readAll();
  await own.writer.append([publish('after it')], 'event');
  expect([...textsOf(readAll()).values()].at(-1)).toBe('after it');
  own.close();
  return { refused: null, log, rows, damage };
}
const all = 40;

async function crashImage(): Promise<{ main: Buffer; log: Buffer }> {
  own = new OwnJournal().open();
  await say(all / 2, 3000);
  await own.reopen();
  for (let i = all / 2 + 1; i <= all; i++) await own.writer.append([publish(`message ${i}`, 3000)], 'event');
  const image = { main: readFileSync(own.file), log: readFileSync(`${own.file}-wal`) };
  own.close();
  return image;
}

test(
  'wherever the disk flips a byte, no row is silently another or missing, and the journal goes on or says in one sentence why not',
  async () => {
    const image = await crashImage();
    const random = seeded(seed);
    const outcomes = new Map<string, number>();
    for (let i = 0; i < runs(60).numRuns; i++) {
      const which = random() < 0.5 ? 'main' : 'log';
      // The pages' own heads are a small part, and matter most.
      const at = Math.floor(random() * image[which].length);
      const place = random() < 0.5 ? at : at - (at % pageBytes) + Math.floor(random() * 120);
      const with_ = 1 + Math.floor(random() * 255);
      const { refused, log, rows, damage } = await afterwards((files) => {
        const bytes = files[which];
        bytes[place % bytes.length]! ^= with_;
      }, image);
      const texts = textsOf(rows);
      const missing = Array.from({ length: all }, (_, n) => n + 1).filter((id) => !texts.has(id));
      const what = `byte ${place} of ${which}, xor ${with_}`;
      for (const [row, text] of texts) expect([what, text.replace(/\.*$/, '')]).toEqual([what, `message ${row}`]);
      const named = refused !== null || damage !== null || log !== null || rows.some((row) => row.damaged !== undefined);
      if (missing.length > 0) expect([what, missing, named]).toEqual([what, missing, true]);
      if (refused) expect([what, refused]).toEqual([what, expect.objectContaining({ next: 'fatal', message: expect.stringContaining(own.file) })]);
      const outcome = refused ? 'refused' : damage ? 'set aside' : missing.length > 0 ? 'rows named' : named ? 'mended' : 'harmless';
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    console.log(`FC_SEED=${seed}: ${[...outcomes].map(([name, n]) => `${name} ${n}`).join(', ')}`);
  },
  patience(100),
);

test(
  'wherever a crash has cut the file or its log, every row that is read is the one that was written, in order, and the journal goes on',
  async () => {
    const image = await crashImage();
    const random = seeded(seed);
    for (let i = 0; i < runs(10).numRuns; i++) {
      const at = Math.floor(random() * image.log.length);
      const { refused, rows } = await afterwards((files) => {
        files.log = files.log.subarray(0, at);
      }, image);
      expect(refused).toBeNull();
      const texts = [...textsOf(rows)];
      expect(texts.map(([row]) => row)).toEqual(Array.from({ length: texts.length }, (_, n) => n + 1));
      for (const [row, text] of texts) expect(text.replace(/\.*$/, '')).toBe(`message ${row}`);
    }
    for (let i = 0; i < runs(10).numRuns; i++) {
      const at = Math.floor(random() * image.main.length);
      const { refused, rows, damage, log } = await afterwards((files) => {
        files.main = files.main.subarray(0, at);
      }, image);
      for (const [row, text] of textsOf(rows)) expect(text.replace(/\.*$/, '')).toBe(`message ${row}`);
      if (textsOf(rows).size < all) expect([at, refused !== null || damage !== null || log !== null || rows.some((row) => row.damaged !== undefined)]).toEqual([at, true]);
    }
  },
  patience(100),
);

test('a file that was cut to nothing is a new journal: a consumer that has seen rows of it says so', async () => {
  own = new OwnJournal().open();
  await say(3, 0);
  own.close();
  truncateSync(own.file, 0);
  own.open();
  own.durable(3);
  await expect.poll(() => own.errors.length).toBe(1);
  expect(own.errors[0]).toContain('lost rows');
});
