import { expect, test } from 'vitest';
import { added, passesByHour, sum } from '../../../../cloud/dashboard/school/today.ts';

const hour = 3_600_000;
const start = 100 * 24 * hour;

test('a counter that grows for ever is counted from where the day began', () => {
  const byHour = passesByHour({ ts: [start - hour, start, start + 7 * hour, start + 8 * hour], max: [1000, 1000, 1300, 1310] }, start);
  expect(byHour[0]).toBe(0);
  expect(byHour[7]).toBe(300);
  expect(byHour[8]).toBe(10);
  expect(sum(byHour)).toBe(310);
});
test('the newest reading counts on, an older one does not', () => {
  const series = { ts: [start - hour, start + 7 * hour], max: [1000, 1300] };
  expect(sum(passesByHour(series, start, { at: start + 7.5 * hour, value: 1305 }))).toBe(305);
  expect(sum(passesByHour(series, start, { at: start + 6 * hour, value: 1200 }))).toBe(300);
});
test('a counter that began anew counts from zero, not backwards', () => {
  expect(sum(passesByHour({ ts: [start - hour, start + hour, start + 2 * hour], max: [1000, 1010, 4] }, start))).toBe(14);
});
test('without a reading before the day its first one is where it begins', () => {
  expect(sum(passesByHour({ ts: [start + hour, start + 2 * hour], max: [5000, 5020] }, start))).toBe(20);
  expect(sum(passesByHour({ ts: [], max: [] }, start))).toBe(0);
});
test('gates are added hour by hour', () => {
  const a = passesByHour({ ts: [start - hour, start], max: [0, 5] }, start);
  const b = passesByHour({ ts: [start - hour, start], max: [0, 7] }, start);
  expect(added([a, b])[0]).toBe(12);
});
