import { expect, test } from 'vitest';
import { difference } from '../../../../cloud/dashboard/admin/path-sum.ts';

test('what went in and is nowhere is told', () => {
  const stage = { in: 100, accepted: 80, rejected: 5, repeats: 6, parked: 7, waiting: 2 };
  expect(difference(stage)).toBe(0);
  expect(difference({ ...stage, accepted: 77 })).toBe(3);
});
