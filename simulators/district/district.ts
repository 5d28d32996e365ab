/** The door of the district: an invented part of a city, made from a seed. The same seed makes the same district, byte for byte. */
import { seeded } from '../random.ts';
import { type Basemap, drawBasemap } from './basemap.ts';
import { type Department, departments } from './departments.ts';
import { type Device, Installer } from './devices.ts';
import { type Grid, numberGrids } from './grids.ts';
import { middle } from './plane.ts';
import { placeSchools, type Site } from './schools.ts';
import { nameStreets } from './streets.ts';
import { buildMesh } from './town.ts';

export type { Basemap, Department, Device, Grid, Site };

export interface District {
  division: string;
  name: { zh: string; en: string };
  /** WGS-84. */
  center: { lon: number; lat: number };
  departments: readonly Department[];
  grids: Grid[];
  sites: Site[];
  basemap: Basemap;
  devices: Device[];
}

export interface Size {
  grids: number;
  covers: number;
  lights: number;
  /** Those inside schools included. */
  cameras: number;
}
export const demoSize: Size = { grids: 1191, covers: 16_000, lights: 4000, cameras: 300 };

export function generateDistrict(seed: number, size: Size = demoSize): District {
  const division = '130406';
  const mesh = buildMesh(seeded(seed, 'mesh'), size.grids);
  const { streets, river } = nameStreets(mesh, seeded(seed, 'streets'));
  const grids = numberGrids(mesh, division, seeded(seed, 'grids'));
  const schools = placeSchools(mesh, grids, seeded(seed, 'schools'));
  const basemap = drawBasemap(mesh, streets, river, grids, schools, seeded(seed, 'basemap'));
  const installer = new Installer(mesh, streets, grids, division, seeded(seed, 'devices'));
  const inSchools = schools.flatMap((school) => installer.school(school));
  const elsewhere = size.cameras - inSchools.filter((device) => device.kind === 'camera').length;
  const devices = [...inSchools, ...installer.covers(size.covers), ...installer.lights(size.lights), ...installer.cameras(elsewhere)];
  return {
    division,
    name: { zh: '云溪示范区指挥中心', en: 'Yunxi District Command Centre' },
    center: middle,
    departments,
    grids,
    sites: schools.map((school) => school.site),
    basemap,
    devices,
  };
}
