import { expect, test } from 'vitest';
import { newer } from '../../../../cloud/dashboard/case/newer.ts';
import { aCase } from '../../../kit/page-shapes.ts';

const act = { at: 1, by: 'a', action: 'photo', from: 'handling', to: 'handling', note: null } as const;
const photo = { id: 'p', role: 'before', at: 1, by: 'a', width: 1, height: 1 } as const;

test('the higher version is newer', () => {
  const [old, fresh] = [aCase({ id: 'c', version: 3 }), aCase({ id: 'c', version: 4 })];
  expect(newer(old, fresh)).toBe(fresh);
  expect(newer(fresh, old)).toBe(fresh);
});
test('a photo leaves the version: more history, then more photos, is newer', () => {
  const plain = aCase({ id: 'c', version: 3, history: [] });
  const noted = aCase({ id: 'c', version: 3, history: [act] });
  const pictured = aCase({ id: 'c', version: 3, history: [act], photos: [photo] });
  expect(newer(plain, noted)).toBe(noted);
  expect(newer(pictured, noted)).toBe(pictured);
});
test('of equals what the live view tells, named first, stands; one alone is taken', () => {
  const [a, b] = [aCase({ id: 'c', version: 3 }), aCase({ id: 'c', version: 3 })];
  expect(newer(a, b)).toBe(a);
  expect(newer(null, b)).toBe(b);
  expect(newer(null, null)).toBeNull();
});
