import { expect, test } from 'vitest';
import { parseAddress, writeAddress } from '../../../../cloud/dashboard/app/address.ts';
import { viewOf } from '../../../../cloud/dashboard/app/views.ts';
import { filterOf } from '../../../../cloud/dashboard/case/queue.ts';
import { parseView } from '../../../../cloud/dashboard/map/view.ts';
import { fc, nearly, oddText, runs } from '../../../kit/fuzz.ts';

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
test('whatever stands in the address bar is read, and written again reads the same', () => {
  const good = ['#/cases/01JD?stage=closed&grid=g1', '#/?view=command&alert=a&at=38.4,114.2,13', '#/devices/%E4%BA%95%20%25'].map((hash) => Buffer.from(hash));
  // As the browser hands it on: well-formed.
  const hash = fc.oneof(nearly(good).map(String), oddText, fc.string({ unit: 'binary' })).map((text) => Buffer.from(text).toString());
  fc.assert(
    fc.property(hash, (text) => {
      const { parts, query } = parseAddress(text);
      const filled = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
      expect(parseAddress(writeAddress(parts, query))).toEqual({ parts, query: filled });
      expect(['watch', 'command', 'assign', 'feedback']).toContain(viewOf(query));
      expect(typeof filterOf(query).stage).toBe('string');
      const view = parseView(query.at);
      if (view) expect(Math.abs(view.lat)).toBeLessThanOrEqual(85);
    }),
    runs(1000),
  );
});
