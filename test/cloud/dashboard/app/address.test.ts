import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress, writeAddress } from '../../../../cloud/dashboard/app/address.ts';

test('what is written is read again, whatever stands in it', () => {
  const word = fc.string({ minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), fc.dictionary(fc.constantFrom('view', 'alert', 'q'), word), (parts, query) => {
      expect(parseAddress(writeAddress(parts, query))).toEqual({ parts, query });
    }),
  );
});
test('nothing is `/`, and empty members are left out', () => {
  expect(writeAddress([])).toBe('#/');
  expect(writeAddress(['cases'], { stage: null, q: '' })).toBe('#/cases');
  expect(parseAddress('')).toEqual({ parts: [], query: {} });
});
test('an escape typed wrongly is taken as it stands', () => {
  expect(parseAddress('#/devices/100%')).toEqual({ parts: ['devices', '100%'], query: {} });
});
