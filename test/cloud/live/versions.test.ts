import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Versions } from '../../../cloud/live/versions.ts';
import { retry } from '../../../devices/errors.ts';
import { openDesk, silentLog, type TestDesk } from '../../kit/desk.ts';

let at: TestDesk;
beforeEach(async () => {
  at = await openDesk();
});
afterEach(() => at.close());
const open = async (block: number) => {
  const versions = new Versions({ desk: at.desk, log: silentLog }, block);
  await versions.start();
  return versions;
};

test('versions grow by one, over the end of a block, and begin above all former ones after a restart', async () => {
  const first = await open(10);
  const used: number[] = [];
  await vi.waitFor(() => {
    for (let i = 0; i < 3; i++) {
      const version = first.next();
      if (version !== undefined) used.push(version);
    }
    expect(used.length).toBeGreaterThan(40);
  });
  expect(used).toEqual(used.map((_, i) => i + 1));
  await at.restart();
  const second = await open(10);
  expect(second.next()).toBeGreaterThan(used.at(-1) as number);
});

test('when the disk refuses there are none rather than one that was used before', async () => {
  const act = at.desk.act.bind(at.desk);
  const versions = await open(4);
  at.desk.act = () => Promise.reject(retry('desk-disk', 'full'));
  const given = Array.from({ length: 10 }, () => versions.next());
  expect(given).toEqual([1, 2, 3, 4, undefined, undefined, undefined, undefined, undefined, undefined]);
  at.desk.act = act;
  await vi.waitFor(() => expect(versions.next()).toBeGreaterThan(4));
});

test('two clouds on one file never give the same', async () => {
  const [one, two] = [await open(10), await open(10)];
  const all = [...Array.from({ length: 4 }, () => one.next()), ...Array.from({ length: 4 }, () => two.next())];
  expect(new Set(all).size).toBe(8);
});
