import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../devices/clock.ts';
import { createLog } from '../../../devices/log.ts';
import { Child, type ChildOptions } from '../../../simulators/demo/child.ts';

let dir: string;
let child: Child | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gw-child-'));
});
afterEach(async () => {
  await child?.stop(0);
  rmSync(dir, { recursive: true });
});

/** A child that runs this text; what it says over its channel is kept. */
function childOf(program: string, more: Partial<ChildOptions> = {}) {
  const file = join(dir, 'program.mjs');
  writeFileSync(file, program);
  const said: unknown[] = [];
  child = new Child({
    name: 'test',
    args: () => [file],
    env: () => process.env,
    clock: systemClock,
    log: createLog('test', 'silent'),
    onMessage: (message) => said.push(message),
    ...more,
  });
  child.start();
  return { child, said };
}
const soon = { timeout: 10_000 };

test('is started again when it dies', async () => {
  const { said } = childOf('process.send(process.pid); setTimeout(() => process.exit(3), 50);');
  await vi.waitFor(() => expect(said.length).toBeGreaterThanOrEqual(2), soon);
  expect(said[0]).not.toBe(said[1]);
});

test('yields the processors to the others, with all its threads, where it is told to', async () => {
  const { said } = childOf(
    "import('node:fs').then(({ readdirSync, readFileSync }) => process.send(readdirSync('/proc/self/task').map((id) => Number(readFileSync('/proc/self/task/' + id + '/stat', 'utf8').split(') ')[1].split(' ')[16]))));setInterval(() => {}, 1000)",
    {
      yields: true,
    },
  );
  await vi.waitFor(() => expect(said.length).toBe(1), soon);
  expect(new Set(said[0] as number[])).toEqual(new Set([10]));
});

test('is not started again when its end is for good', async () => {
  const ends: (number | null)[] = [];
  const { said } = childOf('process.send(1); setTimeout(() => process.exit(3), 50);', {
    onExit: (code) => {
      ends.push(code);
      return false;
    },
  });
  await vi.waitFor(() => expect(ends).toEqual([3]), soon);
  expect(said).toEqual([1]);
});

test('ends on SIGTERM, and the stop resolves once it is gone', async () => {
  const { child, said } = childOf("process.on('SIGTERM', () => setTimeout(() => process.exit(0), 100)); process.send('up'); setInterval(() => {}, 1000);");
  await vi.waitFor(() => expect(said).toEqual(['up']), soon);
  const pid = child.pid as number;
  await Promise.all([child.stop(5000), child.stop(5000)]);
  expect(() => process.kill(pid, 0)).toThrow();
});

test('is killed when it does not end by itself', async () => {
  const { child, said } = childOf("process.on('SIGTERM', () => {}); process.send('up'); setInterval(() => {}, 1000);");
  await vi.waitFor(() => expect(said).toEqual(['up']), soon);
  const pid = child.pid as number;
  await child.stop(200);
  expect(() => process.kill(pid, 0)).toThrow();
});
