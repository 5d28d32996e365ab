import { describe, expect, it } from 'vitest';
import { BlockWriter, readBlock, spanOf } from '../../../../cloud/telemetry/embedded/block.ts';
import type { Rows } from '../../../../cloud/telemetry/embedded/rows.ts';
import { fc, runs } from '../../../kit/fuzz.ts';

const flagColumn = 9;
const isFlag = (column: number) => column === flagColumn;

const float = fc.double({ noNaN: true, noDefaultInfinity: true });
const decimal = fc.tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 9 })).map(([n, k]) => n / 10 ** k);
/** What a sensor says: all one thing, steps of some decimals, floats of any kind, or a mix; some rows without it. */
const numbers = (n: number) =>
  fc
    .oneof(
      decimal.map((one) => Array<number>(n).fill(one)),
      float.map((one) => Array<number>(n).fill(one)),
      fc.array(decimal, { minLength: n, maxLength: n }),
      fc.array(float, { minLength: n, maxLength: n }),
      fc.array(fc.oneof(decimal, float, fc.constantFrom(-0, 0, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER)), { minLength: n, maxLength: n }),
    )
    .chain((values) => fc.array(fc.boolean(), { minLength: n, maxLength: n }).map((gaps) => values.map((value, i) => (gaps[i] && gaps[0] ? Number.NaN : value))));
const flags = (n: number) => fc.array(fc.constantFrom(0, 1, Number.NaN), { minLength: n, maxLength: n });
const rows: fc.Arbitrary<Rows> = fc
  .record({
    first: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    steps: fc.oneof(fc.array(fc.integer({ min: 1, max: 3_600_000 }), { maxLength: 300 }), fc.array(fc.constantFrom(60_000, 120_000), { maxLength: 300 })),
  })
  .chain(({ first, steps }) => {
    const ts = new Float64Array(steps.length + 1).fill(first);
    steps.forEach((step, i) => {
      ts[i + 1] = (ts[i] as number) + step;
    });
    return fc.tuple(numbers(ts.length), numbers(ts.length), flags(ts.length)).map(([a, b, flag]) => ({
      ts,
      columns: new Map([
        [1, Float64Array.from(a)],
        [300, Float64Array.from(b)],
        [flagColumn, Float64Array.from(flag)],
      ]),
    }));
  });

/** Told apart by their bits: -0 is not 0. */
const bits = (values: Float64Array | undefined) => (values ? [...new BigUint64Array(values.slice().buffer)] : []);
const empty = (values: Float64Array) => values.every((value) => Number.isNaN(value));

const place = 77;

describe('a block', () => {
  const writer = new BlockWriter();

  it('gives back the rows that were written, bit for bit, deflated or not', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (written, deflate) => {
        const read = readBlock(writer.write(written, isFlag, deflate, place), null);
        expect([...read.ts]).toEqual([...written.ts]);
        for (const [column, values] of written.columns) expect(bits(read.columns.get(column))).toEqual(empty(values) ? [] : bits(values));
      }),
      runs(300),
    );
  });

  it('tells its span without being read, and gives only the columns asked for', () => {
    fc.assert(
      fc.property(rows, (written) => {
        const block = writer.write(written, isFlag, true, place);
        expect(spanOf(block, place)).toEqual({ count: written.ts.length, first: written.ts[0], last: written.ts.at(-1) });
        const read = readBlock(block, new Set([300]));
        expect([...read.columns.keys()]).toEqual(empty(written.columns.get(300) as Float64Array) ? [] : [300]);
      }),
      runs(100),
    );
  });

  it('is refused when any one of its bytes is another, or its place', () => {
    const ts = Float64Array.from({ length: 40 }, (_, i) => 1_763_900_000_000 + i * 60_000);
    const block = writer.write({ ts, columns: new Map([[1, ts.map((_, i) => Math.sin(i))]]) }, isFlag, true, place);
    expect(() => spanOf(block, place + 1)).toThrow();
    for (let at = 0; at < block.length; at++) {
      const bent = Buffer.from(block);
      bent[at] = (bent[at] as number) ^ 0x10;
      expect(() => spanOf(bent, place), `byte ${at}`).toThrow();
    }
  });

  it('takes about a byte for a number near the one before', () => {
    const ts = Float64Array.from({ length: 144 }, (_, i) => 1_763_900_000_000 + i * 600_000);
    const block = writer.write({ ts, columns: new Map([[1, ts.map((_, i) => 20 + ((i * 7) % 13) / 10)]]) }, isFlag, false, place);
    expect(block.length).toBeLessThan(144 * 2 + 40);
  });
});
