import { expect, test } from 'vitest';
import { track } from '../../../../cloud/dashboard/case/track.ts';

type History = Parameters<typeof track>[0]['history'];
const history: History = [
  { at: 1, by: 'system', action: 'open', from: null, to: 'reported', note: null },
  { at: 2, by: 'system', action: 'register', from: 'reported', to: 'registered', note: null },
  { at: 5, by: 'ann', action: 'dispatch', from: 'registered', to: 'dispatched', note: null },
  { at: 8, by: 'bob', action: 'accept', from: 'dispatched', to: 'handling', note: null },
  { at: 12, by: 'bob', action: 'feedback', from: 'handling', to: 'feedback', note: null },
  { at: 15, by: 'ann', action: 'rework', from: 'feedback', to: 'handling', note: null },
];

test('what is behind is done, where it stands is current, the rest is ahead', () => {
  expect(track({ stage: 'handling', history }).map(({ state }) => state)).toEqual(['done', 'done', 'done', 'current', 'ahead', 'ahead', 'ahead']);
});
test('each stage has its time and who, the last time it was entered, and how often', () => {
  const steps = track({ stage: 'handling', history });
  expect(steps[2]).toMatchObject({ at: 5, left: 8, by: 'ann', times: 1 });
  expect(steps[3]).toMatchObject({ at: 15, left: null, by: 'ann', times: 2 });
  expect(steps[4]).toMatchObject({ state: 'ahead', at: null });
});
test('a closed case is done to the end; a void one stands where it was voided', () => {
  const closed = [...history, { at: 20, by: 'ann', action: 'close', from: 'checking', to: 'closed', note: null } as const];
  expect(track({ stage: 'closed', history: closed }).every(({ state }) => state === 'done')).toBe(true);
  const voided = [...history.slice(0, 2), { at: 3, by: 'ann', action: 'void', from: 'registered', to: 'void', note: null } as const];
  expect(
    track({ stage: 'void', history: voided })
      .map(({ state }) => state)
      .slice(0, 3),
  ).toEqual(['done', 'current', 'ahead']);
});
