import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../edge/uplink/backoff.ts';

describe('the back-off', () => {
  it('grows from 1 s to 60 s, with full jitter', () => {
    const longest = new Backoff();
    expect(Array.from({ length: 9 }, () => longest.next(false, 1))).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    const shortest = new Backoff();
    expect(Array.from({ length: 3 }, () => shortest.next(false, 0))).toEqual([0, 0, 0]);
  });

  it('begins anew after a good connection', () => {
    const backoff = new Backoff();
    for (let i = 0; i < 20; i++) backoff.next(false, 1);
    backoff.reset();
    expect(backoff.next(false, 1)).toBe(1000);
  });

  it('is slow from the first when the agent is refused', () => {
    const backoff = new Backoff();
    expect([0, 0.5, 1].map((random) => backoff.next(true, random))).toEqual([30_000, 45_000, 60_000]);
  });
});
