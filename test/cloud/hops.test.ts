import { expect, it } from 'vitest';
import { Hop, hopBounds } from '../../cloud/hops.ts';

const clockAt = (start: number) => {
  const clock = { ms: start, mono: () => clock.ms };
  return clock;
};

it('a hop knows how many took how long since the start', () => {
  const hop = new Hop(clockAt(0));
  hop.record(0.2);
  hop.record(4, 3);
  hop.record(7_200_000);
  hop.record(-5);
  const { buckets, count, sum } = hop.summary;
  expect(count).toBe(6);
  expect(sum).toBeCloseTo(0.2 + 12 + 7_200_000);
  expect(buckets[0]).toBe(2);
  expect(buckets[hopBounds.indexOf(5)]).toBe(3);
  expect(buckets.at(-1)).toBe(1);
});

it('the median and the 99th percentile lie within the bucket they fall in', () => {
  const hop = new Hop(clockAt(0));
  for (let ms = 0; ms < 1000; ms++) hop.record(ms % 100);
  const { p50, p99 } = hop.summary.recent;
  expect(p50).toBeGreaterThan(45);
  expect(p50).toBeLessThan(55);
  expect(p99).toBeGreaterThan(90);
  expect(p99).toBeLessThanOrEqual(100);
});

it('after five minutes what was is counted since the start alone', () => {
  const clock = clockAt(30_000);
  const hop = new Hop(clock);
  hop.record(10, 8);
  clock.ms += 4 * 60_000;
  hop.record(20);
  expect(hop.summary.recent.count).toBe(9);
  clock.ms += 2 * 60_000;
  expect(hop.summary.recent).toMatchObject({ count: 1 });
  clock.ms += 10 * 60_000;
  expect(hop.summary).toMatchObject({ count: 9, recent: { count: 0, p50: null, p99: null } });
});
