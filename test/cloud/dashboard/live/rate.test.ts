import { expect, test } from 'vitest';
import { rateOf } from '../../../../cloud/dashboard/live/rate.ts';

test('counts ten minutes, and an hour in twelve bars of five, oldest first', () => {
  const now = 10_000_000;
  const minutes = (n: number) => now - n * 60_000;
  const { perTen, bars } = rateOf([minutes(1), minutes(2), minutes(9), minutes(11), minutes(59), minutes(61), now + 5000], now);
  expect(perTen).toBe(3);
  expect(bars).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2]);
});
