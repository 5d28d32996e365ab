import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../edge/uplink/backoff.ts';
import { histogram } from '../../kit/histogram.ts';
import { seeded } from '../../kit/line.ts';

describe('the back-off', () => {
  it('grows from 1 s to 60 s; the first is any part of its ceiling, the others at least half of theirs', () => {
    const longest = new Backoff();
    expect(Array.from({ length: 9 }, () => longest.next(false, 1))).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    const shortest = new Backoff();
    expect(Array.from({ length: 9 }, () => shortest.next(false, 0))).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('begins anew after a good connection', () => {
    const backoff = new Backoff();
    for (let i = 0; i < 20; i++) backoff.next(false, 1);
    backoff.reset();
    expect(backoff.next(false, 1)).toBe(1000);
  });

  it.each([
    ['a moment', 0, 1],
    ['the time of a restart', 3, 4],
    ['half a minute', 30, 32],
    ['five minutes', 300, 60],
  ])('spreads 5,000 agents that lost their cloud together for %s', (_, awayS, withinS) => {
    const random = seeded(5000);
    const back = Array.from({ length: 5000 }, () => {
      const backoff = new Backoff();
      let at = 0;
      do at += backoff.next(false, random());
      while (at < awayS * 1000);
      return at / 1000 - awayS;
    });
    console.log(`5,000 agents, the cloud away for ${awayS} s, seconds until they are back:\n${histogram(back, withinS, 10)}`);
    expect(Math.max(...back)).toBeLessThanOrEqual(withinS);
    // Nobody in step: of ten equal parts of the time none has three times its share.
    const tenths = new Array<number>(10).fill(0);
    for (const s of back) tenths[Math.min(9, Math.floor((s / withinS) * 10))]!++;
    expect(Math.max(...tenths)).toBeLessThan(1500);
    const moments = new Map<number, number>();
    for (const s of back) moments.set(Math.floor(s * 1000), (moments.get(Math.floor(s * 1000)) ?? 0) + 1);
    expect(Math.max(...moments.values())).toBeLessThan(25);
  });

  it('is slow from the first when the agent is refused', () => {
    const backoff = new Backoff();
    expect([0, 0.5, 1].map((random) => backoff.next(true, random))).toEqual([30_000, 45_000, 60_000]);
  });
});
