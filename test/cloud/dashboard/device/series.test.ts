import { describe, expect, test } from 'vitest';
import { broken, gapsOf, pointsOf, valueRange } from '../../../../cloud/dashboard/device/series.ts';

const minute = 60_000;
const every = (count: number, step: number, from = 0) => Array.from({ length: count }, (_, i) => from + i * step);

describe('gaps', () => {
  test('a pause longer than two and a half intervals is one, and no line bridges it', () => {
    const ts = [...every(10, 10 * minute), ...every(10, 10 * minute, 200 * minute)];
    const gaps = gapsOf(ts, 0, ts.at(-1) as number, 10 * minute, 5 * minute);
    expect(gaps).toEqual([{ from: 90 * minute, to: 200 * minute }]);
    const points = pointsOf({ metric: 'm', unit: '', ts, value: ts.map(() => 1) });
    const cut = broken(points, gaps);
    expect(cut.mean[10]).toBeNull();
    expect(cut.ts).toEqual([...cut.ts].sort((a, b) => a - b));
  });
  test('a day handed in hourly before live readings of ten minutes is no day of gaps', () => {
    const ts = [...every(18, 60 * minute), ...every(36, 10 * minute, 18 * 60 * minute)];
    expect(gapsOf(ts, 0, ts.at(-1) as number, 10 * minute, 5 * minute)).toEqual([]);
  });
  test('silence up to now is a gap too, and so is a beginning without data', () => {
    const ts = every(6, 10 * minute, 300 * minute);
    expect(gapsOf(ts, 0, 600 * minute, 10 * minute, 5 * minute)).toEqual([
      { from: 0, to: 300 * minute },
      { from: 350 * minute, to: 600 * minute },
    ]);
  });
  test('nothing at all is one gap', () => {
    expect(gapsOf([], 1, 2, null, 1)).toEqual([{ from: 1, to: 2 }]);
  });
  test('an unknown interval goes by the pace of the readings', () => {
    expect(gapsOf([0, 10, 20, 30, 200, 210], 0, 210, null, 1)).toEqual([{ from: 30, to: 200 }]);
  });
});

test('buckets bring their band, single readings and flags are their own', () => {
  expect(pointsOf({ metric: 'm', unit: '', ts: [1], min: [0], mean: [1], max: [2], count: [3] })).toEqual({ ts: [1], mean: [1], min: [0], max: [2] });
  expect(pointsOf({ metric: 'm', unit: '', ts: [1], value: [true] })).toEqual({ ts: [1], mean: [1], min: [1], max: [1] });
});

describe('the value axis', () => {
  const flat = { ts: [1, 2], mean: [1, 1.5], min: [1, 1.5], max: [1, 1.5] };
  test('holds every value and the limits near enough', () => {
    const [low, high] = valueRange(flat, [5]);
    expect(low).toBeLessThanOrEqual(1);
    expect(high).toBeGreaterThan(5);
  });
  test('leaves out a limit that would press the curve flat', () => {
    expect(valueRange(flat, [1000])[1]).toBeLessThan(10);
  });
  test('does not go below zero for values that never do', () => {
    expect(valueRange({ ts: [1, 2], mean: [0.1, 22], min: [0.1, 22], max: [0.1, 22] }, [])[0]).toBeGreaterThanOrEqual(0);
  });
});
