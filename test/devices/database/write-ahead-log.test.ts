import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mendLog } from '../../../devices/database/write-ahead-log.ts';
import { patience, runs, seed } from '../../kit/fuzz.ts';
import { seeded } from '../../kit/line.ts';

const now = Date.UTC(2026, 10, 24);
const pageBytes = 4096;
const frameBytes = 24 + pageBytes;
const rows = 40;
const folder = mkdtempSync(join(tmpdir(), 'gw-log-'));
const image = join(folder, 'image.db');
const file = join(folder, 'crashed.db');
const log = `${file}-wal`;
let whole: Buffer;

const textOf = (id: number) => `${id}-`.repeat(300);

/** A database as a kill leaves it: its log holds what came before it began anew, some of that copied into the file, and forty commits of one row each. */
beforeAll(() => {
  const path = join(folder, 'running.db');
  const db = new Database(path);
  db.pragma(`page_size = ${pageBytes}`);
  db.pragma('journal_mode = WAL');
  db.pragma('wal_autocheckpoint = 0');
  db.exec('create table rows (id integer primary key, text text not null); create table older (text text)');
  for (let i = 0; i < 120; i++) db.prepare('insert into older values (?)').run(textOf(i));
  db.pragma('wal_checkpoint(RESTART)');
  const reader = new Database(path, { readonly: true });
  for (let id = 1; id <= rows; id++) {
    db.prepare('insert into rows values (?, ?)').run(id, textOf(id));
    // Whoever reads keeps the log from beginning anew, and what came later from being copied.
    if (id === 10) reader.exec('begin; select * from rows');
    if (id === 20) db.pragma('wal_checkpoint(PASSIVE)');
  }
  for (const end of ['', '-wal']) copyFileSync(path + end, image + end);
  reader.close();
  db.close();
  whole = readFileSync(`${image}-wal`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The image with another log. */
function crashed(bytes: Uint8Array): void {
  rmSync(`${file}-shm`, { force: true });
  copyFileSync(image, file);
  writeFileSync(log, bytes);
}
/** What SQLite then reads. */
function read(): { texts: Map<number, string>; older: number; sound: boolean } {
  const db = new Database(file);
  try {
    const texts = new Map((db.prepare('select id, text from rows').all() as { id: number; text: string }[]).map(({ id, text }) => [id, text]));
    return { texts, older: db.prepare('select count(*) from older').pluck().get() as number, sound: db.pragma('integrity_check', { simple: true }) === 'ok' };
  } finally {
    db.close();
  }
}
/** The frames that the log holds since it began anew. */
const commits = (frame: number) => whole.readUInt32BE(32 + frame * frameBytes + 4) !== 0;
const framesNow = () => {
  let n = 0;
  while (32 + (n + 1) * frameBytes <= whole.length && whole.subarray(32 + n * frameBytes + 8).compare(whole, 16, 24, 0, 8) === 0) n++;
  return n;
};

test('a log that is whole, or none, is left alone', () => {
  crashed(whole);
  expect(mendLog(file, now)).toBeNull();
  expect(readFileSync(log).equals(whole)).toBe(true);
  expect(read()).toMatchObject({ older: 120, sound: true });
  expect(existsSync(log)).toBe(false);
  expect(mendLog(file, now)).toBeNull();
});

test('a flipped byte in a page costs no commit: without the mending those behind it would be gone', () => {
  const damaged = Buffer.from(whole);
  const at = damaged.indexOf(textOf(27).slice(0, 40), 32);
  damaged[at + 10]! ^= 1;
  crashed(damaged);
  expect(read().texts.size).toBeLessThan(rows);
  crashed(damaged);
  const found = mendLog(file, now);
  expect(found).toMatchObject({
    how: 'mended',
    sentence: expect.stringMatching(/crashed\.db-wal is damaged in frame \d+ of \d+ frames: .*kept as .*-wal\.damaged-20261124T000000000Z/),
  });
  expect(readFileSync(`${log}.damaged-20261124T000000000Z`).equals(damaged)).toBe(true);
  expect(mendLog(file, now)).toBeNull();
  expect(read()).toMatchObject({ texts: { size: rows }, sound: true });
});

test(
  'wherever a byte is flipped, no commit is lost but the last, and that is said',
  () => {
    const random = seeded(seed);
    const end = 32 + framesNow() * frameBytes;
    let first = framesNow() - 1;
    while (!commits(first - 1)) first--;
    const lastCommit = 32 + first * frameBytes;
    const flips = runs(80).numRuns;
    const outcomes = { mended: 0, 'cut short': 0 };
    for (let i = 0; i < flips; i++) {
      // Heads of frames are few bytes of many: they get their share.
      const frame = Math.floor(random() * framesNow());
      const at = i % 4 === 0 ? Math.floor(random() * 32) : i % 4 === 1 ? 32 + frame * frameBytes + Math.floor(random() * 24) : 32 + Math.floor(random() * (end - 32));
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1 + Math.floor(random() * 255);
      crashed(damaged);
      const found = mendLog(file, now);
      if (!found) throw new Error(`a byte flipped at ${at} was not found`);
      outcomes[found.how]++;
      if (found.how === 'cut short') expect(at).toBeGreaterThanOrEqual(lastCommit);
      let after: ReturnType<typeof read>;
      try {
        after = read();
      } catch (error) {
        // The page's own structure: SQLite says so.
        expect((error as { code: string }).code).toMatch(/^SQLITE_(CORRUPT|NOTADB|IOERR)/);
        continue;
      }
      if (!after.sound) continue;
      const wanted = found.how === 'mended' ? rows : rows - 1;
      // No more than one page of rows.
      const different = Array.from({ length: wanted }, (_, n) => n + 1).filter((id) => after.texts.get(id) !== textOf(id));
      expect([at, different.length <= 4, after.older]).toEqual([at, true, 120]);
      expect([...after.texts.keys()].length).toBeGreaterThanOrEqual(wanted - 1);
    }
    expect(outcomes.mended).toBeGreaterThan(0.8 * flips);
  },
  patience(80),
);

test('a log that a crash has cut off anywhere gives the commits before, and a commit that was cut is told', () => {
  const random = seeded(seed);
  for (let i = 0; i < 30; i++) {
    const at = Math.floor(random() * (32 + framesNow() * frameBytes));
    crashed(whole.subarray(0, at));
    const found = mendLog(file, now);
    expect(found?.how).not.toBe('mended');
    expect(statSync(log).size).toBe(at);
    const { texts, sound } = read();
    expect(sound).toBe(true);
    expect([...texts]).toEqual(Array.from({ length: texts.size }, (_, n) => [n + 1, textOf(n + 1)]));
  }
});
