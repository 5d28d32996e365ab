/** Everything installed in the district, in the shape of the register (contract, "a device"). */
import type { Random } from '../random.ts';
import { type Class, cameraClass, coverClasses, gateClass, lightClass, numbering, postClass, schoolCameraClass } from './classes.ts';
import type { Charge } from './departments.ts';
import type { Grid } from './grids.ts';
import { type Block, type Mesh, quadOf, type Rank } from './mesh.ts';
import { type Crossing, crossings, type Place, placeAlong } from './placing.ts';
import { lonLat, type Point, placeIn } from './plane.ts';
import type { School } from './schools.ts';
import type { Street } from './streets.ts';

export interface Device {
  id: string;
  kind: string;
  class: { scheme: string; code: string };
  name: string;
  position: { lon: number; lat: number };
  grid: string;
  site: string | null;
  departments: Charge;
  codes: { scheme: string; value: string }[];
  baseline: { angle_x_deg: number; angle_y_deg: number; angle_z_deg: number } | null;
  model: null;
  interval_s: number;
  lifecycle: 'planned' | 'installed' | 'in service' | 'maintenance';
  simulated: true;
}

export interface Counts {
  covers: number;
  lights: number;
  cameras: number;
}

/** Every device is heard at least every ten minutes: a little less, so that a reading on its way is not late. */
const usualInterval = 540;

const padded = (n: number, digits: number) => String(n).padStart(digits, '0');
const degrees = (value: number) => Math.round(value * 100) / 100;

/** How a cover's sensor came to lie when it was installed: nearly level, and the three angles of one plane. */
function baselineOf(random: Random): Device['baseline'] {
  const x = degrees(random.normal() * 1.1);
  const y = degrees(random.normal() * 1.1);
  const sine = (angle: number) => Math.sin((angle * Math.PI) / 180);
  return { angle_x_deg: x, angle_y_deg: y, angle_z_deg: degrees((Math.asin(Math.sqrt(1 - sine(x) ** 2 - sine(y) ** 2)) * 180) / Math.PI) };
}

/** What some classes keep to. */
const onlyOn: Readonly<Record<string, readonly Rank[]>> = { '0106': ['main', 'street'], '0128': ['main'], '0129': ['main'], '2124': ['main'], '2126': ['lane', 'street'] };

/** Places all devices; their order, ids and codes follow from the seed alone. */
export class Installer {
  private readonly numbered = new Map<string, number>();
  private readonly code: (of: Class) => { scheme: string; value: string };
  private readonly mesh: Mesh;
  private readonly streets: Street[];
  private readonly grids: Grid[];
  private readonly random: Random;

  constructor(mesh: Mesh, streets: Street[], grids: Grid[], division: string, random: Random) {
    this.mesh = mesh;
    this.streets = streets;
    this.grids = grids;
    this.random = random;
    this.code = numbering(division);
  }

  covers(count: number): Device[] {
    const { random } = this;
    const off = (rank: Rank) => random.between(1.2, rank === 'main' ? 11 : rank === 'street' ? 6.5 : 3.5);
    const places = placeAlong(this.mesh, this.streets, random, count, { main: 1.5, street: 1, lane: 0.75 }, off, false);
    return places.map((place, k) => {
      const of = random.weighted(coverClasses.filter((one) => onlyOn[one.code]?.includes(place.street.rank) ?? true).map((one) => [one, one.weight] as const));
      const name = `${this.numberOn(place, of.code === '0104' ? '号箅子' : '号井')}`;
      return this.device(`cover-${padded(k + 1, 5)}`, 'manhole-cover', of, name, place.at, place.block, null, { baseline: baselineOf(random) });
    });
  }

  lights(count: number): Device[] {
    const places = placeAlong(this.mesh, this.streets, this.random, count, { main: 1 }, () => 10.5, true);
    return places.map((place, k) => this.device(`light-${padded(k + 1, 4)}`, 'streetlight', lightClass, this.numberOn(place, '号灯'), place.at, place.block, null));
  }

  cameras(count: number): Device[] {
    const all = this.random.shuffled(crossings(this.mesh, this.streets));
    const views: { crossing: Crossing; n: number }[] = [];
    for (const n of [1, 2]) for (const crossing of all) if (crossing.main) views.push({ crossing, n });
    for (const crossing of all) if (!crossing.main) views.push({ crossing, n: 1 });
    return views.slice(0, count).map(({ crossing, n }, k) => {
      const block = crossing.blocks[(n * 2) % crossing.blocks.length] as number;
      const [x, y] = placeIn(quadOf(this.mesh, this.mesh.blocks[block] as Block), 0.5, 0.5);
      const away = Math.hypot(x - crossing.at[0], y - crossing.at[1]);
      const at: Point = [crossing.at[0] + ((x - crossing.at[0]) / away) * 18, crossing.at[1] + ((y - crossing.at[1]) / away) * 18];
      return this.device(`cam-${padded(k + 1, 3)}`, 'camera', cameraClass, `${crossing.names.join('与')}路口 ${n} 号摄像头`, at, block, null);
    });
  }

  school({ site, block, spots }: School): Device[] {
    const kinds = { 'alarm-post': { of: postClass, id: 'post' }, 'face-gate': { of: gateClass, id: 'gate' }, camera: { of: schoolCameraClass, id: 'cam' } };
    const counted = new Map<string, number>();
    return spots.map(({ kind, name, at }) => {
      const n = (counted.get(kind) ?? 0) + 1;
      counted.set(kind, n);
      const { of, id } = kinds[kind];
      // The demo's own school hears from its posts each minute.
      const interval = kind === 'alarm-post' ? (site.id === 'school-01' ? 60 : 300) : usualInterval;
      return this.device(`${id}-${site.id.slice(-2)}-${padded(n, 2)}`, kind, of, `${site.name}${name}`, at, block, site.id, { interval_s: interval, lifecycle: 'in service' });
    });
  }

  private numberOn({ street }: Place, what: string): string {
    const key = `${street.name} ${what.at(-1) === '灯'}`;
    const n = (this.numbered.get(key) ?? 0) + 1;
    this.numbered.set(key, n);
    return `${street.name} ${n} ${what}`;
  }

  private device(id: string, kind: string, of: Class, name: string, at: Point, block: number, site: string | null, more: Partial<Device> = {}): Device {
    const [lon, lat] = lonLat(at);
    const lifecycle = this.random.weighted([['in service', 992] as const, ['maintenance', 4] as const, ['installed', 2] as const, ['planned', 2] as const]);
    return {
      id,
      kind,
      class: { scheme: of.scheme, code: of.code },
      name,
      position: { lon, lat },
      grid: (this.grids[block] as Grid).id,
      site,
      departments: of.charge,
      codes: [this.code(of)],
      baseline: null,
      model: null,
      interval_s: usualInterval,
      lifecycle,
      simulated: true,
      ...more,
    };
  }
}
