import { expect, test } from 'vitest';
import { boxAround, inRing, metres, nearest, project } from '../../../../cloud/dashboard/map/geometry.ts';

const here = { lon: 114.2, lat: 38.42 };
test('a distance on the ground', () => {
  expect(metres(here, { lon: 114.2, lat: 38.43 })).toBeCloseTo(1113, 0);
  expect(metres(here, { lon: 114.21, lat: 38.42 })).toBeCloseTo(872, 0);
});
test('a box reaches as far as its radius on every side', () => {
  const [w, s, e, n] = boxAround(here, 500);
  for (const side of [
    { lon: w, lat: here.lat },
    { lon: e, lat: here.lat },
    { lon: here.lon, lat: s },
    { lon: here.lon, lat: n },
  ])
    expect(metres(here, side)).toBeCloseTo(500, 0);
});
test('the nearest come first', () => {
  const far = { lon: 114.3, lat: 38.42 };
  const near = { lon: 114.201, lat: 38.42 };
  expect(nearest([far, near, here], here, 2)).toEqual([here, near]);
});
test('the centre is the middle of the picture, north is up', () => {
  const size = { width: 200, height: 100 };
  expect(project([here.lon, here.lat], here, 100, size)).toEqual([100, 50]);
  const [, y] = project([here.lon, here.lat + 0.0005], here, 100, size);
  expect(y).toBeCloseTo(50 - 27.8, 1);
});
test('inside and outside of a ring', () => {
  const ring = [
    [0, 0],
    [2, 0],
    [2, 2],
    [0, 2],
    [0, 0],
  ] as const;
  expect(inRing([1, 1], ring)).toBe(true);
  expect(inRing([3, 1], ring)).toBe(false);
});
