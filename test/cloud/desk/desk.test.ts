import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Desk } from '../../../cloud/desk/desk.ts';
import type { Change } from '../../../cloud/ingest/ingest.ts';
import { retry } from '../../../devices/errors.ts';
import { openDesk, silentLog, type TestDesk } from '../../kit/desk.ts';

let at: TestDesk;
beforeEach(async () => {
  at = await openDesk();
});
afterEach(() => at.close());

const change = (agent: string): Change => ({ type: 'agent-removed', agent });
const agents = () => at.journal.map((row) => (row.change as { agent: string }).agent);

test('an act is answered only when what follows from it is in the journal', async () => {
  const answer = await at.desk.act(async (_trx, follow) => {
    follow(change('a'));
    follow(change('b'));
    return 7;
  });
  expect(answer).toBe(7);
  expect(agents()).toEqual(['a', 'b']);
});

test('an act that throws leaves neither a row nor a change', async () => {
  await expect(
    at.desk.act(async (trx, follow) => {
      await trx.insertInto('outbox').values({ change: '{}' }).execute();
      follow(change('a'));
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(at.journal).toEqual([]);
  expect(await at.desk.waiting()).toBe(0);
});

test('acts at the same time reach the journal in the order in which they were committed, each change under an id that grows', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, i) => at.desk.act(async (_trx, follow) => follow(change(`a${i}`)))));
  expect(agents()).toEqual(Array.from({ length: 50 }, (_, i) => `a${i}`));
  const ids = at.journal.map((row) => row.id);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  expect(new Set(ids).size).toBe(50);
});

test('when the journal refuses, the act fails with a retry error, and its changes go out by themselves later, in order and once', async () => {
  at.refuse = retry('journal-full', 'full');
  await expect(at.desk.act(async (_trx, follow) => follow(change('a')))).rejects.toMatchObject({ next: 'retry' });
  await expect(at.desk.act(async (_trx, follow) => follow(change('b')))).rejects.toMatchObject({ next: 'retry' });
  expect(await at.desk.waiting()).toBe(2);
  at.refuse = null;
  at.clock.advance(20_000);
  await vi.waitFor(() => expect(agents()).toEqual(['a', 'b']));
  await at.desk.act(async (_trx, follow) => follow(change('c')));
  expect(agents()).toEqual(['a', 'b', 'c']);
  expect(await at.desk.waiting()).toBe(0);
});

test('what a crash has left over is sent at the next start, before anything new', async () => {
  at.refuse = retry('journal-disk', 'gone');
  await expect(at.desk.act(async (_trx, follow) => follow(change('a')))).rejects.toMatchObject({ next: 'retry' });
  at.refuse = null;
  await at.restart();
  await at.desk.act(async (_trx, follow) => follow(change('b')));
  expect(agents()).toEqual(['a', 'b']);
});

test('what has been sent is not sent again after an orderly end', async () => {
  await at.desk.act(async (_trx, follow) => follow(change('a')));
  await at.restart();
  await at.desk.act(async (_trx, follow) => follow(change('b')));
  expect(agents()).toEqual(['a', 'b']);
  expect(at.journal[1]!.id).toBeGreaterThan(at.journal[0]!.id);
});

test('a large change does not hold up what stands behind it', async () => {
  const large: Change = { type: 'rule', rule: 'x'.repeat(2_000_000) };
  await Promise.all([at.desk.act(async (_trx, follow) => follow(large)), at.desk.act(async (_trx, follow) => follow(change('b')))]);
  expect(at.journal.map((row) => row.change.type)).toEqual(['rule', 'agent-removed']);
});

test('the file is in WAL mode with full synchronous writes', async () => {
  const file = new Database(join(at.dataDir, 'desk.db'), { readonly: true });
  expect(file.pragma('journal_mode', { simple: true })).toBe('wal');
  file.close();
});

test('a file of a newer version ends the start with one sentence', async () => {
  await at.desk.stop();
  const file = new Database(join(at.dataDir, 'desk.db'));
  file.prepare("insert into kysely_migration (name, timestamp) values ('999-future', '2030')").run();
  file.close();
  const desk = new Desk({ dataDir: at.dataDir, clock: at.clock, log: silentLog, append: async () => {} });
  await expect(desk.start()).rejects.toMatchObject({ next: 'fatal', code: 'newer-data', message: expect.stringContaining('999-future') });
  await desk.stop();
});

test('a file that is no database ends the start with one sentence', async () => {
  await at.desk.stop();
  for (const end of ['', '-wal', '-shm']) writeFileSync(join(at.dataDir, `desk.db${end}`), end === '' ? 'this is not a database, it is a letter'.repeat(200) : '');
  const desk = new Desk({ dataDir: at.dataDir, clock: at.clock, log: silentLog, append: async () => {} });
  await expect(desk.start()).rejects.toMatchObject({ next: 'fatal', code: 'desk-file' });
  await desk.stop();
});

test('stopping twice is harmless', async () => {
  await at.desk.stop();
  await at.desk.stop();
});
