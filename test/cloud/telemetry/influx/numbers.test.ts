import { expect, it } from 'vitest';
import { numberBytes, writeNumber } from '../../../../cloud/telemetry/influx/numbers.ts';
import { fc, runs } from '../../../kit/fuzz.ts';

const written = (value: number) => {
  const bytes = Buffer.alloc(numberBytes + 4, 0x2e);
  const end = writeNumber(bytes, 2, value);
  expect(end - 2).toBeLessThanOrEqual(numberBytes);
  return bytes.toString('latin1', 2, end);
};

it.each([
  [0, '0'],
  [-0, '-0'],
  [7, '7'],
  [-12.5, '-12.5'],
  [0.05, '0.05'],
  [0.000001, '0.000001'],
  [10, '10'],
  [100.001, '100.001'],
  [1763900000000, '1763900000000'],
  [999_999_999_999_999, '999999999999999'],
])('%d is written as %s', (value, text) => {
  expect(written(value)).toBe(text);
});

it('whoever reads the text has the same number, whatever it is', () => {
  const decimal = fc.tuple(fc.integer(), fc.nat(9)).map(([n, digits]) => n / 10 ** digits);
  fc.assert(
    fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), decimal, fc.maxSafeInteger()), (value) => {
      expect(Number(written(value))).toBe(value);
    }),
    runs(5000),
  );
});
