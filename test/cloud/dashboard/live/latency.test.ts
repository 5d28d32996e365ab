import { describe, expect, test } from 'vitest';
import { ClockOffset, Rolling, sampleOf, windowMs } from '../../../../cloud/dashboard/live/latency.ts';

describe('one sample', () => {
  test('runs from the device clock where that can be trusted', () => {
    expect(sampleOf(1000, 1040, 1142, 0)).toEqual({ at: 1142, ms: 142, basis: 'device' });
  });
  test('runs from the receipt where the device clock is ahead or far behind', () => {
    expect(sampleOf(5000, 1040, 1142, 0)).toMatchObject({ ms: 102, basis: 'received' });
    expect(sampleOf(1000, 200_000, 200_080, 0)).toMatchObject({ ms: 80, basis: 'received' });
  });
  test('takes the difference of the clocks of cloud and screen into account', () => {
    expect(sampleOf(11_000, 11_040, 1142, 10_000).ms).toBe(142);
  });
  test('is never negative', () => {
    expect(sampleOf(1000, 1000, 990, 0).ms).toBe(0);
  });
});

describe('p99', () => {
  test('is the value that 99 of 100 do not pass, of one basis alone', () => {
    const rolling = new Rolling();
    for (let ms = 1; ms <= 100; ms++) rolling.add({ at: 0, ms, basis: 'device' });
    rolling.add({ at: 0, ms: 5000, basis: 'received' });
    expect(rolling.p99(1, 'device')).toBe(99);
    expect(rolling.p99(1, 'received')).toBe(5000);
  });
  test('forgets after five minutes', () => {
    const rolling = new Rolling();
    rolling.add({ at: 0, ms: 9, basis: 'device' });
    expect(rolling.p99(windowMs, 'device')).toBe(9);
    expect(rolling.p99(windowMs + 1, 'device')).toBeNull();
  });
});

describe('the offset of the clocks', () => {
  test('is zero where they may agree', () => {
    const offset = new ClockOffset();
    offset.add(10_000, 10_050, 10_000);
    offset.add(20_900, 20_940, 20_000);
    expect(offset.ms).toBe(0);
  });
  test('is found within the round trip from whole seconds, when the screen is wrong', () => {
    const offset = new ClockOffset();
    const wrong = 7300;
    for (let i = 0; i < 40; i++) {
      const cloud = 1_000_000 + i * 10_137;
      offset.add(cloud - 20 - wrong, cloud + 20 - wrong, Math.floor(cloud / 1000) * 1000);
    }
    expect(Math.abs(offset.ms - wrong)).toBeLessThan(60);
  });
  test('begins anew when a clock is set', () => {
    const offset = new ClockOffset();
    offset.add(10_000, 10_050, 10_000);
    offset.add(11_000, 11_050, 70_000);
    expect(offset.ms).toBeGreaterThan(58_000);
  });
});
