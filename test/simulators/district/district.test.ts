import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isId } from '../../../devices/ids.ts';
import { kindOf } from '../../../devices/kinds/kinds.ts';
import { type District, demoSize, generateDistrict } from '../../../simulators/district/district.ts';

const before = process.cpuUsage();
const district = generateDistrict(1);
/** Milliseconds of computing: how long it takes on an idle machine. */
const { user, system } = process.cpuUsage(before);
const took = (user + system) / 1000;
const hash = (of: District) => createHash('sha256').update(JSON.stringify(of)).digest('hex');

type Pair = [number, number];
function twiceArea(ring: Pair[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) sum += (ring[i] as Pair)[0] * (ring[i + 1] as Pair)[1] - (ring[i + 1] as Pair)[0] * (ring[i] as Pair)[1];
  return sum;
}
function contains(ring: Pair[], lon: number, lat: number): boolean {
  let odd = false;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [[ax, ay], [bx, by]] = [ring[i] as Pair, ring[i + 1] as Pair];
    if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}
const ringOf = (thing: { polygon: Pair[] }) => thing.polygon;

describe('the generated district', () => {
  test('is the same for the same seed, byte for byte, and another for another', () => {
    expect(hash(district)).toBe('964d4e3ca79fc6a3a2fb82610ba992b9fd24f8d0828da082905a8e351d30e7f8');
    expect(hash(generateDistrict(1))).toBe(hash(district));
    expect(hash(generateDistrict(2))).not.toBe(hash(district));
  });

  test('is made in less than three seconds of computing', () => expect(took).toBeLessThan(3000));

  test('has what the demo promises', () => {
    const count = (kind: string) => district.devices.filter((device) => device.kind === kind).length;
    expect(district.grids).toHaveLength(demoSize.grids);
    expect(district.departments).toHaveLength(13);
    expect(district.sites).toHaveLength(12);
    expect([count('manhole-cover'), count('streetlight'), count('camera')]).toEqual([16_000, 4000, 300]);
    for (const site of district.sites)
      for (const kind of ['alarm-post', 'face-gate', 'camera'])
        expect(district.devices.filter((device) => device.site === site.id && device.kind === kind).length).toBeGreaterThanOrEqual(3);
    const classes = new Set(district.devices.filter((device) => device.kind === 'manhole-cover').map((device) => device.class.code));
    expect(classes.size).toBeGreaterThan(20);
    expect([...classes].filter((code) => code.startsWith('21')).length).toBeGreaterThan(3);
  });

  for (const seed of [1, 2, 3, 7])
    test(`is tiled by its grids without gap or overlap (seed ${seed})`, () => {
      const { grids, basemap } = seed === 1 ? district : generateDistrict(seed, { ...demoSize, covers: 10, lights: 10 });
      const sides = new Set<string>();
      let whole = 0;
      for (const grid of grids) {
        const ring = ringOf(grid);
        expect(twiceArea(ring)).toBeGreaterThan(0);
        whole += twiceArea(ring);
        for (let i = 0; i + 1 < ring.length; i++) {
          const side = `${ring[i]} ${ring[i + 1]}`;
          expect(sides.has(side)).toBe(false);
          sides.add(side);
        }
      }
      // Every side of a grid is a neighbour's side too, or the district's own.
      const outline = basemap.features.find((feature) => feature.properties.layer === 'district')?.geometry.coordinates as Pair[][];
      const border = outline[0] as Pair[];
      const around = new Set(border.slice(1).map((to, i) => `${border[i]} ${to}`));
      for (const side of sides) expect(sides.has(side.split(' ').reverse().join(' ')) !== around.has(side)).toBe(true);
      expect(Math.abs(whole / twiceArea(border) - 1)).toBeLessThan(1e-9);
    });

  test('numbers grids with fifteen digits from west to east, each with a worker of its own', () => {
    expect(new Set(district.grids.map((grid) => grid.id)).size).toBe(demoSize.grids);
    for (const { id } of district.grids) expect(id).toMatch(/^130406\d{9}$/);
    expect(new Set(district.grids.map((grid) => grid.worker)).size).toBe(demoSize.grids);
    for (const { id } of district.grids.filter((grid) => !grid.id.endsWith('001'))) {
      const before = `${id.slice(0, 12)}${String(Number(id.slice(12)) - 1).padStart(3, '0')}`;
      expect(district.grids.some((grid) => grid.id === before)).toBe(true);
    }
  });

  test('puts every device inside the grid and the site it names', () => {
    const rings = new Map([...district.grids, ...district.sites].map((thing) => [thing.id, ringOf(thing)]));
    for (const { id, position, grid, site, kind } of district.devices) {
      expect(contains(rings.get(grid) as Pair[], position.lon, position.lat), id).toBe(true);
      // A gate stands in the fence itself.
      if (site && kind !== 'face-gate') expect(contains(rings.get(site) as Pair[], position.lon, position.lat), id).toBe(true);
    }
  });

  test('gives each device an id, a name and a code that no other has, of known kinds and departments', () => {
    const { devices, departments } = district;
    const known = new Set(departments.map((department) => department.id));
    expect(new Set(devices.map((device) => device.id)).size).toBe(devices.length);
    expect(new Set(devices.map((device) => device.name)).size).toBe(devices.length);
    expect(new Set(devices.map((device) => device.codes[0]?.value)).size).toBe(devices.length);
    for (const device of devices) {
      const [code] = device.codes;
      expect(isId(device.id)).toBe(true);
      expect(kindOf(device.kind)).toBeDefined();
      expect(code?.value).toMatch(new RegExp(`^130406${device.class.code}\\d{6}$`));
      expect(code?.scheme).toBe(device.class.code.startsWith('21') ? 'local:gridwarden' : 'gbt30428.2');
      expect(device.baseline !== null).toBe(device.kind === 'manhole-cover');
      for (const department of Object.values(device.departments)) expect(known.has(department)).toBe(true);
    }
  });
});
