import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { type Entry, openJournalReader } from '../../../cloud/journal/journal.ts';
import { TestClock } from '../../kit/clock.ts';
import { OwnJournal } from '../../kit/own-journal.ts';

let own: OwnJournal;
afterEach(() => own.stop());
/** What `look` sees a second later. */
function later<T>(clock: TestClock, look: () => T): T {
  clock.advance(1000);
  return look();
}
const publish = (bytes: number): Entry => ({ type: 'publish', agent: 'gw-01', topic: 'gw/v1/gw-01/telemetry', payload: new Uint8Array(bytes), rx: 1 });
const entries = () => own.reader.read(0, Number.POSITIVE_INFINITY).flatMap((row) => row.entries);

test('listening writes a start, and an idle second a tick, each at the journal’s own time', async () => {
  const clock = new TestClock();
  own = new OwnJournal(64 << 20, clock).open();
  await own.writer.listening(true);
  clock.advance(1000);
  await own.writer.append([{ type: 'connect', agent: 'gw-01', rx: 5 }], 'event');
  clock.advance(999);
  await own.writer.append([{ type: 'connect', agent: 'gw-02', rx: 5 }], 'event');
  clock.advance(999);
  await own.writer.append([{ type: 'connect', agent: 'gw-03', rx: 5 }], 'event');
  clock.advance(1000);
  await own.writer.listening(false);
  clock.advance(60_000);
  const rows = own.reader.read(0, Number.POSITIVE_INFINITY);
  expect(rows.flatMap((row) => row.entries.map((entry) => `${entry.type} ${row.jt}`))).toEqual([
    'start 0',
    'tick 1000',
    'connect 1000',
    'connect 1999',
    'connect 2998',
    'tick 3998',
  ]);
});

test('the journal’s time stands still while the cloud is down, and goes on where it stood, trimmed rows or not', async () => {
  const clock = new TestClock();
  own = new OwnJournal(64 << 20, clock).open();
  await own.writer.listening(true);
  clock.advance(700);
  await own.writer.listening(false);
  own.durable(own.writer.stats().lastRow);
  await expect.poll(() => later(clock, () => entries().length)).toBe(0);
  const last = own.writer.stats().lastRow;
  await own.reopen();
  clock.advance(5_000_000);
  await own.writer.listening(true);
  const [row] = own.reader.read(0, Number.POSITIVE_INFINITY);
  expect(row).toMatchObject({ row: last + 1, jt: 700, entries: [{ type: 'start' }] });
});

test('rows go when every consumer has them on disk, and their room is used again', async () => {
  const clock = new TestClock();
  own = new OwnJournal(64 << 20, clock).open();
  const sizes: number[] = [];
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < 20; i++) await own.writer.append([publish(200_000)], 'event');
    own.durable(own.writer.stats().lastRow);
    await expect.poll(() => later(clock, () => entries().length)).toBe(0);
    sizes.push(statSync(own.file).size + statSync(`${own.file}-wal`).size);
  }
  expect(own.writer.stats()).toMatchObject({ firstRow: 241, lastRow: 240 });
  expect(own.writer.stats().bytes).toBeLessThan(200_000);
  expect(Math.max(...sizes.slice(6))).toBeLessThanOrEqual(40 << 20);
});

test('a consumer that has not said where it stands holds everything', async () => {
  const clock = new TestClock();
  own = new OwnJournal(64 << 20, clock).open();
  await own.writer.append([publish(10)], 'event');
  clock.advance(10_000);
  await new Promise(setImmediate);
  expect(entries()).toHaveLength(1);
});

test('one megabyte: telemetry is held, then refused; events pass; all goes on when there is room', async () => {
  const clock = new TestClock();
  own = new OwnJournal(1 << 20, clock).open();
  own.durable(0);
  while (own.flows.length === 0) await own.writer.append([publish(5000)], 'telemetry');
  expect(own.flows).toEqual([false]);
  const { bytes } = own.writer.stats();
  expect(bytes).toBeGreaterThanOrEqual(0.8 * (1 << 20));
  expect(bytes).toBeLessThan(0.9 * (1 << 20));
  await own.writer.append([publish(5000)], 'telemetry');
  clock.advance(10_000);
  await expect(own.writer.append([publish(100)], 'telemetry')).rejects.toMatchObject({ next: 'retry', code: 'journal-full' });
  const before = entries().length;
  for (let i = 0; i < 100; i++) await own.writer.append([publish(5000)], 'event');
  expect(entries()).toHaveLength(before + 100);
  expect(own.writer.stats().bytes).toBeGreaterThan(1 << 20);
  own.durable(own.writer.stats().lastRow);
  await expect.poll(() => later(clock, () => own.flows)).toEqual([false, true]);
  await own.writer.append([publish(100)], 'telemetry');
  const { in: seen, accepted, rejected, waiting } = own.writer.stats();
  expect({ rejected, waiting, difference: seen - accepted }).toEqual({ rejected: 1, waiting: 0, difference: 1 });
});

test('telemetry that comes faster than it can be held is refused before it takes the room of the events', async () => {
  own = new OwnJournal(1 << 20).open();
  const results = await Promise.allSettled(Array.from({ length: 400 }, () => own.writer.append([publish(5000)], 'telemetry')));
  expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(200);
  expect(own.writer.stats().bytes).toBeLessThanOrEqual(0.9 * (1 << 20) + 2 * 32_768);
});

test('a consumer that has seen more rows than there are is not passed over: new rows get new numbers, and it is said', async () => {
  own = new OwnJournal().open();
  await own.writer.append([publish(1)], 'event');
  own.durable(500);
  await expect.poll(() => own.errors.length).toBe(1);
  expect(own.errors[0]).toContain('lost rows');
  await own.writer.append([publish(2)], 'event');
  expect(own.reader.read(500, 1000).map(({ row }) => row)).toEqual([501]);
});

test('a journal that was lost goes on at the time that a consumer has judged by, not in the past', async () => {
  const clock = new TestClock();
  own = new OwnJournal(64 << 20, clock).open();
  own.consumer.postMessage({ durable: 0, jt: 86_400_000 });
  await own.writer.listening(true);
  await expect.poll(() => later(clock, () => own.reader.read(0, Number.POSITIVE_INFINITY).at(-1)?.jt)).toBeGreaterThanOrEqual(86_400_000);
});

test('a consumer is told of each new last row', async () => {
  own = new OwnJournal().open();
  const told: number[] = [];
  own.consumer.on('message', ({ lastRow }) => void told.push(lastRow));
  await own.writer.append([publish(1)], 'event');
  await own.writer.append([publish(1)], 'event');
  await expect.poll(() => told).toEqual([0, 1, 2]);
});

test('a file of a newer version ends the start with one sentence, and so does one that is no journal', async () => {
  own = new OwnJournal().open();
  own.close();
  const db = new Database(own.file);
  db.pragma('user_version = 99');
  db.close();
  expect(() => own.open()).toThrow(expect.objectContaining({ next: 'fatal', code: 'newer-data', message: expect.stringContaining('newer version of Gridwarden') }));
  const handle = openSync(own.file, 'w');
  writeSync(handle, 'this is not a database at all, however one looks at it'.repeat(100));
  closeSync(handle);
  expect(() => own.open()).toThrow(expect.objectContaining({ next: 'fatal', code: 'journal-unreadable' }));
});

test('a reader whose writer has not made the file yet reads nothing, and reads on once it has', async () => {
  own = new OwnJournal();
  const early = openJournalReader(own.file);
  expect(early.read(0, 1000)).toEqual([]);
  own.open();
  await own.writer.append([publish(1)], 'event');
  expect(early.read(0, 1000)).toHaveLength(1);
  early.close();
});
