import { expect, test } from 'vitest';
import { parseView, writeView } from '../../../../cloud/dashboard/map/view.ts';

test('a view survives the address; nonsense is none', () => {
  const view = { lat: 38.42131, lon: 114.2087, zoom: 13.25 };
  expect(parseView(writeView(view))).toEqual(view);
  expect([undefined, '', '1,2', 'a,b,c', '99,10,5', '1,2,3,4', '1,2,99'].map(parseView)).toEqual(new Array(7).fill(null));
});
