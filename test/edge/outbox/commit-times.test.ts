import { expect, it } from 'vitest';
import { CommitTimes } from '../../../edge/outbox/commit-times.ts';

it('a row is on disk since its own commit', () => {
  const times = new CommitTimes(10);
  times.add(12, 1000);
  times.add(13, 2000);
  times.add(20, 3000);
  expect([11, 12, 13, 14, 20].map((id) => times.of(id))).toEqual([1000, 1000, 2000, 3000, 3000]);
});

it('of what an older start kept, and of what is not there yet, nothing is known', () => {
  const times = new CommitTimes(10);
  times.add(12, 1000);
  expect([9, 10, 13].map((id) => times.of(id))).toEqual([null, null, null]);
});

it('of a long backlog the oldest is forgotten', () => {
  const times = new CommitTimes(0);
  for (let id = 1; id <= 1500; id++) times.add(id, id * 10);
  expect([1, 500, 501, 1500].map((id) => times.of(id))).toEqual([null, null, 5010, 15_000]);
});
