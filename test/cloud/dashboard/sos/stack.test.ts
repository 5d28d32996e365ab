import { expect, test } from 'vitest';
import { callingOf, running, sosStack } from '../../../../cloud/dashboard/sos/stack.ts';
import { anAlert } from '../../../kit/page-shapes.ts';

test('the SOS that nobody acknowledged, the newest press on top', () => {
  const sos = (id: string, lastTs: number, change = {}) => anAlert({ id, cause: 'sos', severity: 'critical', lastTs, ...change });
  const stack = sosStack([sos('first', 10), anAlert({ id: 'tilt', severity: 'critical', lastTs: 99 }), sos('acked', 50, { state: 'acknowledged' }), sos('newest', 20)]);
  expect(stack.map(({ id }) => id)).toEqual(['newest', 'first']);
});
test('the running time is a clock', () => {
  expect([0, 18_400, 3_849_000, -5].map(running)).toEqual(['00:00', '00:18', '1:04:09', '00:00']);
});
test('the posts of a campus that call, one that nobody acknowledged before one that somebody did; those of others are none of its matter', () => {
  const sos = (id: string, device: string, state: 'firing' | 'acknowledged' | 'resolved', site = 'a') => anAlert({ id, cause: 'sos', severity: 'critical', device, state, site });
  const alerts = [
    sos('1', 'post-1', 'acknowledged'),
    sos('2', 'post-2', 'acknowledged'),
    sos('3', 'post-2', 'firing'),
    sos('4', 'post-3', 'resolved'),
    sos('5', 'post-9', 'firing', 'b'),
    anAlert({ id: '6', device: 'post-4', site: 'a' }),
  ];
  expect([...callingOf(alerts, 'a')]).toEqual([
    ['post-1', 'acknowledged'],
    ['post-2', 'firing'],
  ]);
});
