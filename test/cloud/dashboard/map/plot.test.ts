import { expect, test } from 'vitest';
import { plot, scaleBar } from '../../../../cloud/dashboard/map/plot.ts';

const centre = { lon: 114.2, lat: 38.42 };
const size = { width: 300, height: 200 };
const road = (lat: number, name = '滨河路') => ({
  type: 'Feature' as const,
  properties: { layer: 'road', name },
  geometry: {
    type: 'LineString',
    coordinates: [
      [114.19, lat],
      [114.21, lat],
    ],
  },
});

test('what is in sight is drawn with its name, what is far is left out', () => {
  const paths = plot([road(38.42), road(38.6)], ['road'], centre, 100, size);
  expect(paths).toHaveLength(1);
  expect(paths[0]).toMatchObject({ layer: 'road', name: '滨河路', closed: false, label: { angle: 0 } });
});
test('only the layers asked for, rings closed, strange geometry skipped', () => {
  const ring = {
    type: 'Feature' as const,
    properties: { layer: 'building' },
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [114.2, 38.42],
          [114.2002, 38.42],
          [114.2002, 38.4202],
          [114.2, 38.42],
        ],
      ],
    },
  };
  const none = { type: 'Feature' as const, properties: { layer: 'building' }, geometry: null };
  const paths = plot([ring, none, road(38.42)], ['building'], centre, 100, size);
  expect(paths).toHaveLength(1);
  expect(paths[0]?.d.endsWith('Z')).toBe(true);
});
test('the scale is a round length of at most a quarter of the width', () => {
  expect(scaleBar(100, size)).toEqual({ metres: 50, px: 50 });
  expect(scaleBar(900, size)).toEqual({ metres: 500, px: expect.closeTo(55.6, 1) });
});
