import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Entry, openJournalReader } from '../../../cloud/journal/journal.ts';
import { JournalProcess } from '../../kit/journal-process.ts';

let dir: string;
let file: string;
let running: JournalProcess[] = [];
const start = (...limits: [maxBytes: number, fileKb?: number]) => {
  const one = new JournalProcess(file, ...limits);
  running.push(one);
  return one;
};
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gw-journal-'));
  file = join(dir, 'journal.db');
});
afterEach(async () => {
  for (const one of running) await one.kill();
  running = [];
  rmSync(dir, { recursive: true, force: true });
});

function read(): { rows: number[]; numbers: number[]; damaged: string[] } {
  const reader = openJournalReader(file);
  const rows = reader.read(0, Number.POSITIVE_INFINITY);
  reader.close();
  const numbers = rows.flatMap(({ entries }) => entries.flatMap((entry) => (entry.type === 'change' ? [(entry.change as { i: number }).i] : [])));
  return { rows: rows.map(({ row }) => row), numbers, damaged: rows.flatMap(({ damaged }) => damaged ?? []) };
}

test('kill -9 while appending, five times over: every append that was acknowledged is there, in whole rows', async () => {
  const acked: number[] = [];
  let held = 0;
  for (let round = 0; round < 5; round++) {
    const journal = start(1 << 30);
    journal.flood();
    await expect.poll(() => journal.acked.length, { interval: 5, timeout: 10_000 }).toBeGreaterThan(100 + 150 * round);
    await journal.kill();
    acked.push(...journal.acked);
    const { rows, numbers, damaged } = read();
    expect(damaged).toEqual([]);
    expect(rows).toEqual(Array.from({ length: rows.length }, (_, i) => i + 1));
    const counts = new Map<number, number>();
    for (const i of numbers) counts.set(i, (counts.get(i) ?? 0) + 1);
    const wanted = new Map<number, number>();
    for (const i of acked) wanted.set(i, (wanted.get(i) ?? 0) + 1);
    for (const [i, times] of wanted) expect(counts.get(i) ?? 0, `number ${i}`).toBeGreaterThanOrEqual(times);
    expect(numbers.length).toBeGreaterThan(held);
    held = numbers.length;
  }
}, 60_000);

test('a disk that takes no more: appends are refused and said so, nothing of them is kept, and all goes on by itself when there is room', async () => {
  const journal = start(1 << 30, 4096);
  const publish = (i: number): Entry => ({ type: 'change', change: { i, filler: 'x'.repeat(100_000) }, rx: i });
  const accepted: number[] = [];
  let refused: { code?: string } | null = null;
  for (let i = 0; refused === null && i < 200; i++) {
    await journal.call('append', [publish(i)], 'event').then(
      () => accepted.push(i),
      (error) => {
        refused = error;
      },
    );
  }
  expect(refused).toMatchObject({ code: 'journal-disk' });
  expect(accepted.length).toBeGreaterThan(5);
  expect((await journal.call('stats')).error).toBeTruthy();
  expect(read().numbers).toEqual(accepted);
  await expect(journal.call('append', [publish(900)], 'event')).rejects.toMatchObject({ code: 'journal-disk' });
  execFileSync('prlimit', ['--pid', `${journal.pid}`, '--fsize=unlimited:unlimited']);
  await journal.call('append', [publish(901)], 'event');
  expect(await journal.call('stats')).toMatchObject({ error: null, rejected: 2, waiting: 0, accepted: accepted.length + 1 });
  expect(read().numbers).toEqual([...accepted, 901]);
});
