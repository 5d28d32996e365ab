import { describe, expect, it } from 'vitest';
import { plainReadings } from '../../../cloud/ingest/plain-readings.ts';
import { readingCheck } from '../../../devices/wire/wire.ts';
import { fc, runs } from '../../kit/fuzz.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const name = fc.oneof(fc.stringMatching(/^[a-z_]{1,12}$/), fc.constantFrom('__proto__', 'constructor', '.', 'tilt_deg', 'a b', 'tilt"', 'température', ''));
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: -9999, max: 9999 }).map((n) => n / 100),
  fc.constantFrom(-0, 1e21, 5e-7, 0.1, 2 ** 53, 123456789012345.6),
);
const reading = fc.record(
  {
    device: name,
    boot: fc.oneof(fc.nat(), number),
    seq: fc.oneof(fc.nat(), number),
    ts: number,
    values: fc.dictionary(name, fc.oneof({ weight: 9, arbitrary: number }, fc.boolean(), fc.constantFrom(null, 'high', { deep: 1 }))),
    more: fc.integer(),
  },
  { requiredKeys: ['ts', 'values'] },
);
const decimal = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(6)).map(([n, digits]) => n / 10 ** digits);
const likely = fc.record(
  {
    device: fc.stringMatching(/^[a-z0-9-]{1,9}$/),
    boot: fc.nat(),
    seq: fc.nat(),
    ts: fc.integer(),
    values: fc.dictionary(fc.stringMatching(/^[a-z_]{1,9}$/), fc.oneof(decimal, fc.boolean())),
  },
  { requiredKeys: ['ts', 'values'] },
);
const one = fc.oneof(likely, reading);
const message = fc.oneof(one, fc.array(one, { maxLength: 4 })).map((body) => JSON.stringify(body));

describe('a payload of the plain form', () => {
  it.each([
    ['a reading', '{"boot":3,"seq":88123,"ts":1763900000000,"values":{"tilt_deg":22.4,"battery_v":3.58,"water_over":false,"angle_x_deg":-0.5}}'],
    ['a reading without numbers', '{"ts":1763900000000,"values":{"tilt_deg":0}}'],
    ['a batch', '[{"device":"cover-1","boot":3,"seq":1,"ts":1,"values":{"tilt_deg":1}},{"device":"cover-2","boot":3,"seq":2,"ts":2,"values":{"water_over":true}}]'],
  ])('is read without JSON.parse: %s', (_what, text) => {
    expect(plainReadings(bytesOf(text))).toEqual(JSON.parse(text));
  });
});

it('what is read as plain is what JSON.parse gives, and passes the check of a reading', () => {
  let plain = 0;
  fc.assert(
    fc.property(message, (text) => {
      const found = plainReadings(bytesOf(text));
      if (found === undefined) return;
      plain++;
      expect(found).toEqual(JSON.parse(text));
      for (const each of [found].flat()) expect(readingCheck.is(JSON.parse(JSON.stringify(each)))).toBe(true);
    }),
    runs(3000),
  );
  expect(plain).toBeGreaterThan(500);
});

it('no change of a byte makes it read something that JSON.parse would not', () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.constantFrom(...'{}[]",:.-+0123456789eEtfn \u00e9\\'), fc.integer({ min: -1, max: 1 }), (text, where, letter, grows) => {
      const at = where % text.length;
      const changed = text.slice(0, at) + (grows < 0 ? '' : letter) + text.slice(at + (grows > 0 ? 0 : 1));
      const found = plainReadings(bytesOf(changed));
      if (found !== undefined) expect(found).toEqual(parsed(changed));
    }),
    runs(5000),
  );
});
