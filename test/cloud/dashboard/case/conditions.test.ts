import { expect, test } from 'vitest';
import type { CaseAct } from '../../../../cloud/dashboard/app/shapes.ts';
import { conditionsOf } from '../../../../cloud/dashboard/case/conditions.ts';

const act = (action: string, at: number): CaseAct => ({ at, by: 'ann', action, from: 'checking', to: 'checking', note: null });
const photo = (role: 'before' | 'after') => ({ id: role, role, at: 1, by: 'bob', width: 1, height: 1 });
const met = (one: Parameters<typeof conditionsOf>[0]) => conditionsOf(one).map((condition) => condition.met);

test('a close needs a photo from before, one from after, and the verdict', () => {
  expect(met({ stage: 'checking', photos: [], history: [], passed: false })).toEqual([false, false, false]);
  expect(met({ stage: 'checking', photos: [photo('before'), photo('after')], history: [act('pass', 5)], passed: true })).toEqual([true, true, true]);
});
test('a rework or a reopening takes the verdict away', () => {
  expect(met({ stage: 'handling', photos: [photo('before')], history: [act('pass', 5), act('rework', 6)], passed: false })).toEqual([true, false, false]);
  expect(met({ stage: 'registered', photos: [], history: [act('pass', 5), act('close', 6), act('reopen', 7)], passed: false })).toEqual([false, false, false]);
});
test('each condition says how many photos prove it, and who gave the verdict', () => {
  const [before, , verdict] = conditionsOf({ stage: 'checking', photos: [photo('before'), photo('before')], history: [act('pass', 5)], passed: true });
  expect(before?.count).toBe(2);
  expect(verdict?.act).toMatchObject({ by: 'ann', at: 5 });
});
