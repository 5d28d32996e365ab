import { expect, test } from 'vitest';
import type { Photo } from '../../../../cloud/dashboard/app/shapes.ts';
import { inOrder, pairOf, photoPath, sideOf, thumbPath } from '../../../../cloud/dashboard/case/photos.ts';

const photo = (id: string, role: Photo['role'], at: number, takenAt: number | null = null): Photo => ({ id, role, at, by: 'bob', takenAt, width: 4, height: 3 });
const photos = [photo('after2', 'after', 50), photo('before1', 'before', 40, 10), photo('camera', 'other', 5), photo('before2', 'before', 20), photo('after1', 'after', 30)];

test('photos stand in order of when they were taken, not of when they came in', () => {
  expect(inOrder(photos).map(({ id }) => id)).toEqual(['camera', 'before1', 'before2', 'after1', 'after2']);
});
test('the first from before and the newest from after are compared, until a person chooses others', () => {
  expect(pairOf(photos, { before: null, after: null })).toMatchObject({ before: { id: 'before1' }, after: { id: 'after2' } });
  expect(pairOf(photos, { before: 'before2', after: 'gone' })).toMatchObject({ before: { id: 'before2' }, after: { id: 'after2' } });
  expect(pairOf([], { before: null, after: null })).toEqual({ before: null, after: null });
});
test('a chosen photo takes its own side; one without a side goes where it lies in time', () => {
  const pair = pairOf(photos, { before: null, after: null });
  expect(sideOf(photos[0] as Photo, pair)).toBe('after');
  expect(sideOf(photo('early', 'other', 1), pair)).toBe('before');
  expect(sideOf(photo('late', 'other', 60), pair)).toBe('after');
});
test('addresses hold whatever an id holds', () => {
  expect(photoPath('a/b', photo('x?', 'other', 1))).toBe('/api/cases/a%2Fb/photos/x%3F');
  expect(thumbPath('c', photo('x', 'other', 1))).toBe('/api/cases/c/photos/x?size=thumb');
});
