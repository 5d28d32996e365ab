import { expect, test } from 'vitest';
import { numberIn, planOf, scaleBar, shortName } from '../../../../cloud/dashboard/school/plan.ts';

const polygon: [number, number][] = [
  [114.2, 38.4],
  [114.202, 38.4],
  [114.202, 38.401],
  [114.2, 38.401],
  [114.2, 38.4],
];
const plan = {
  type: 'FeatureCollection',
  features: [
    { type: 'Feature', properties: { layer: 'building', name: 'A' }, geometry: { type: 'Polygon', coordinates: [polygon] } },
    { type: 'Feature', properties: { layer: 'gate', name: '南门' }, geometry: { type: 'Point', coordinates: [114.201, 38.4] } },
    { type: 'Feature', properties: { layer: 'path' }, geometry: { type: 'LineString', coordinates: polygon.slice(0, 2) } },
  ],
};

test('the sheet is in metres, north up', () => {
  const made = planOf({ polygon, plan }, [], 0);
  if (!made) throw new Error('no plan');
  const [southWest, northEast] = [made.place({ lon: 114.2, lat: 38.4 }), made.place({ lon: 114.202, lat: 38.401 })];
  expect(northEast[0]).toBeGreaterThan(southWest[0]);
  expect(northEast[1]).toBeLessThan(southWest[1]);
  expect(northEast[0] - southWest[0]).toBeCloseTo(174.5, 0);
  expect(southWest[1] - northEast[1]).toBeCloseTo(111.3, 0);
});
test('the outline is drawn where the plan has none; points have a place and no path', () => {
  const made = planOf({ polygon, plan });
  expect(made?.shapes.map(({ layer, path }) => [layer, path !== null])).toEqual([
    ['campus', true],
    ['building', true],
    ['gate', false],
    ['path', true],
  ]);
  expect(made?.shapes[1]?.path).toMatch(/Z$/);
  expect(made?.shapes[3]?.path).not.toMatch(/Z$/);
});
test('a broken feature is left out and takes nothing with it', () => {
  const broken = { features: [{ geometry: { type: 'Polygon', coordinates: 'nonsense' } }, { geometry: null }, {}, ...plan.features] };
  expect(planOf({ polygon, plan: broken })?.shapes.map(({ layer }) => layer)).toEqual(['campus', 'building', 'gate', 'path']);
  expect(planOf({ polygon: null, plan: 'nonsense' })).toBeNull();
});
test('without an outline the devices frame the sheet', () => {
  const made = planOf({ polygon: null, plan: null }, [
    { lon: 114.2, lat: 38.4 },
    { lon: 114.201, lat: 38.4 },
  ]);
  expect(made?.box[2]).toBeGreaterThan(80);
});
test('the scale bar is round and at most a fifth of the width', () => {
  expect([80, 330, 1200].map(scaleBar)).toEqual([10, 50, 200]);
});
test('a post’s number and short name', () => {
  expect([numberIn('南门报警柱 02'), numberIn('1 号闸机'), numberIn('东门')]).toEqual(['02', '1', '']);
  expect(shortName('青禾小学南门报警柱 02', '青禾小学')).toBe('南门报警柱 02');
  expect(shortName('青禾小学', '青禾小学')).toBe('青禾小学');
  expect(shortName('Gate 1', '')).toBe('Gate 1');
});
