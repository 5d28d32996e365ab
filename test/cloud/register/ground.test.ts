import { describe, expect, it } from 'vitest';
import { isOn, positionErrorM } from '../../../cloud/register/register.ts';

/** An L of about 1.1 km by 0.9 km, as somebody draws it: closed, open to the north-east. */
const ring = [
  [114, 38],
  [114.01, 38],
  [114.01, 38.004],
  [114.004, 38.004],
  [114.004, 38.01],
  [114, 38.01],
  [114, 38],
] as const;
const north = (m: number) => m / 111_320;
const east = (m: number) => m / (111_320 * Math.cos((38 * Math.PI) / 180));

describe('the ground of a grid or site', () => {
  it.each([
    ['inside', 114.002, 38.002, true],
    ['on a corner', 114, 38, true],
    ['on an edge', 114.005, 38, true],
    ['in the corner that the L leaves out', 114.008, 38.008, false],
    ['kilometres away', 114.05, 38.05, false],
  ])('a position %s', (_where, lon, lat, on) => {
    expect(isOn(ring, { lon, lat })).toBe(on);
  });
  it('takes in what a telephone may err by, in every direction, and no more', () => {
    for (const [lon, lat] of [
      [114.005, 38 - north(positionErrorM - 2)],
      [114 - east(positionErrorM - 2), 38.005],
    ])
      expect(isOn(ring, { lon: lon as number, lat: lat as number })).toBe(true);
    for (const [lon, lat] of [
      [114.005, 38 - north(positionErrorM + 2)],
      [114 - east(positionErrorM + 2), 38.005],
    ])
      expect(isOn(ring, { lon: lon as number, lat: lat as number })).toBe(false);
  });
});
