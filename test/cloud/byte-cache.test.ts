import { expect, it } from 'vitest';
import { ByteCache } from '../../cloud/byte-cache.ts';
import { fc, runs } from '../kit/fuzz.ts';

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

it('whatever was asked before, the bytes themselves decide what is found', () => {
  // So few slots that nearly every text takes the place of another.
  const cache = new ByteCache(textOf, 4);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 3 }), (bytes, around) => {
      const all = Buffer.concat([around, bytes, around]);
      expect(cache.get(all, around.length, around.length + bytes.length)).toBe(textOf(bytes));
    }),
    runs(2000),
  );
});

it('what repeats is made once, and is the same thing', () => {
  let made = 0;
  const cache = new ByteCache((bytes) => ({ n: made++, bytes }));
  const row = Buffer.from('gw-1 gw-2 gw-1');
  expect(cache.get(row, 0, 4)).toBe(cache.get(row, 10, 14));
  expect(cache.get(row, 5, 9)).not.toBe(cache.get(row, 0, 4));
  expect(made).toBe(2);
});

it('holds the few bytes of the text, not the row that they came in', () => {
  let kept: Uint8Array | undefined;
  const cache = new ByteCache((bytes) => {
    kept = bytes;
  });
  cache.get(Buffer.alloc(1 << 20), 10, 20);
  expect(kept?.buffer.byteLength).toBe(10);
});
