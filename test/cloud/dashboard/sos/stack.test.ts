import { expect, test } from 'vitest';
import { running, sosStack } from '../../../../cloud/dashboard/sos/stack.ts';
import { anAlert } from '../../../kit/page-shapes.ts';

test('the SOS that nobody acknowledged, the newest press on top', () => {
  const sos = (id: string, lastTs: number, change = {}) => anAlert({ id, cause: 'sos', severity: 'critical', lastTs, ...change });
  const stack = sosStack([sos('first', 10), anAlert({ id: 'tilt', severity: 'critical', lastTs: 99 }), sos('acked', 50, { state: 'acknowledged' }), sos('newest', 20)]);
  expect(stack.map(({ id }) => id)).toEqual(['newest', 'first']);
});
test('the running time is a clock', () => {
  expect([0, 18_400, 3_849_000, -5].map(running)).toEqual(['00:00', '00:18', '1:04:09', '00:00']);
});
