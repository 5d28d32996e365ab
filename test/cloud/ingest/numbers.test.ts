import { describe, expect, it } from 'vitest';
import { addNumber, type Boot, gapsIn, rangesOf } from '../../../cloud/ingest/numbers.ts';
import { fc } from '../../kit/fuzz.ts';

describe('ranges of numbers', () => {
  it('know exactly what was added, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 120 }), (numbers) => {
        const ranges: number[] = [];
        const seen = new Set<number>();
        for (const n of numbers) {
          expect(addNumber(ranges, n)).toBe(!seen.has(n));
          seen.add(n);
        }
        const sorted = [...seen].sort((a, b) => a - b);
        const covered: number[] = [];
        for (let i = 0; i < ranges.length; i += 2) for (let n = ranges[i] as number; n <= (ranges[i + 1] as number); n++) covered.push(n);
        expect(covered).toEqual(sorted);
        const span = sorted.length === 0 ? 0 : (sorted.at(-1) as number) - (sorted[0] as number) + 1;
        expect(gapsIn(ranges)).toBe(span - sorted.length);
      }),
    );
  });
  it('stay bounded however wildly a sender counts', () => {
    const ranges: number[] = [];
    for (let n = 0; n < 10_000; n++) addNumber(ranges, 2 * n);
    expect(ranges.length).toBeLessThanOrEqual(1024);
    expect(addNumber(ranges, 19_998)).toBe(false);
  });
  it('forget the lowest boot when there are too many', () => {
    const boots: Boot[] = [];
    for (let boot = 1; boot <= 20; boot++) rangesOf(boots, boot);
    expect(boots.map(({ boot }) => boot)).toEqual([13, 14, 15, 16, 17, 18, 19, 20]);
  });
});
