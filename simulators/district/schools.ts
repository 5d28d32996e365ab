/** Schools: each fills a block, with a small plan, alarm posts, gates and cameras. The first is the demo's own, drawn as in the school's picture. */
import type { Random } from '../random.ts';
import type { Grid } from './grids.ts';
import { type Block, density, type Mesh, quadOf, ringOf } from './mesh.ts';
import { area, centre, closedRing, distance, lonLat, type Point, partOf, placeIn, type Quad, type Ring } from './plane.ts';

export type Feature = { type: 'Feature'; properties: Record<string, string | number>; geometry: { type: string; coordinates: unknown } };
export interface Site {
  id: string;
  name: string;
  /** The outer ring of a GeoJSON polygon. */
  polygon: [number, number][];
  /** Buildings, track, gates, paths of the campus: GeoJSON, `properties.layer` and `properties.name`. */
  plan: { type: 'FeatureCollection'; features: Feature[] };
}
export interface Spot {
  kind: 'alarm-post' | 'face-gate' | 'camera';
  name: string;
  at: Point;
}
export interface School {
  site: Site;
  block: number;
  spots: Spot[];
}

/** The first is the demo's own; the others are given to the sub-district they are named after, as far as one is left. */
const names: readonly (readonly [subdistrict: string, name: string])[] = [
  ['', '青禾小学'],
  ['北坪街道', '北坪小学'],
  ['北坪街道', '北坪中学'],
  ['云溪街道', '云溪第一小学'],
  ['云溪街道', '云溪第三中学'],
  ['临水街道', '临水小学'],
  ['临水街道', '临水中学'],
  ['石桥街道', '石桥小学'],
  ['', '文昌中学'],
  ['', '启明小学'],
  ['', '育才实验学校'],
  ['', '云岭职业学校'],
];

function nameSchools(subdistricts: string[]): string[] {
  const left = [...names];
  return subdistricts.map((subdistrict, k) => {
    const own = k === 0 ? 0 : left.findIndex(([of]) => of === subdistrict);
    const neutral = left.findIndex(([of]) => of === '');
    return (left.splice(own >= 0 ? own : Math.max(0, neutral), 1)[0] as (typeof names)[number])[1];
  });
}

type Box = readonly [name: string, u0: number, v0: number, u1: number, v1: number];
const buildings: readonly Box[] = [
  ['教学楼 A', 0.498, 0.776, 0.763, 0.911],
  ['教学楼 B', 0.498, 0.539, 0.763, 0.674],
  ['图书馆', 0.845, 0.736, 0.964, 0.911],
  ['艺术楼', 0.845, 0.543, 0.964, 0.683],
  ['体育馆', 0.059, 0.237, 0.251, 0.458],
  ['综合楼', 0.498, 0.336, 0.681, 0.458],
  ['食堂', 0.845, 0.224, 0.964, 0.4],
  ['门卫室', 0.471, 0.02, 0.548, 0.085],
];
const paths: readonly (readonly [u0: number, v0: number, u1: number, v1: number])[] = [
  [0.805, 0.736, 0.805, 0.28],
  [0.251, 0.28, 0.805, 0.28],
  [0.461, 0.28, 0.461, 0],
  [0.678, 0.28, 0.607, 0],
  [0.805, 0.487, 1, 0.487],
  [0.296, 0.487, 0.296, 0.28],
];
const posts: readonly (readonly [place: string, u: number, v: number])[] = [
  ['操场东', 0.46, 0.736],
  ['南门', 0.678, 0.09],
  ['体育馆东', 0.342, 0.4],
  ['综合楼东', 0.725, 0.398],
  ['西侧道', 0.296, 0.195],
  ['食堂南', 0.927, 0.166],
  ['北墙', 0.799, 0.971],
  ['西墙', 0.049, 0.517],
];
const cameras: readonly (readonly [place: string, u: number, v: number])[] = [
  ['南门内', 0.617, 0.12],
  ['食堂西侧', 0.75, 0.218],
  ['操场北', 0.442, 0.94],
  ['东门', 0.988, 0.517],
  ['教学楼 A 北', 0.775, 0.926],
  ['教学楼 A 东', 0.835, 0.71],
  ['综合楼西', 0.47, 0.473],
  ['操场南', 0.278, 0.458],
  ['体育馆西', 0.052, 0.224],
  ['食堂北', 0.83, 0.413],
];

/** A stadium: two straights and two half circles, as a ring in the block's (u, v). */
function track(quad: Quad, u0: number, v0: number, u1: number, v1: number): Ring {
  const wide = distance(placeIn(quad, u0, v0), placeIn(quad, u1, v0));
  const tall = distance(placeIn(quad, u0, v0), placeIn(quad, u0, v1));
  const radius = Math.min(0.5, tall / wide / 2) * (u1 - u0);
  const ring: Point[] = [];
  for (let k = 0; k <= 32; k++) {
    const angle = -Math.PI / 2 + (k / 32) * 2 * Math.PI;
    const right = k <= 16;
    const u = (right ? u1 - radius : u0 + radius) + Math.cos(angle) * radius;
    ring.push(placeIn(quad, u, (v0 + v1) / 2 + (Math.sin(angle) * (v1 - v0)) / 2));
  }
  return ring;
}

const polygon = (ring: Ring) => ({ type: 'Polygon' as const, coordinates: [closedRing(ring)] });
const feature = (layer: string, name: string, geometry: Feature['geometry']): Feature => ({ type: 'Feature', properties: { layer, name }, geometry });

function layOut(mesh: Mesh, index: number, k: number, schoolName: string): School {
  const block = quadOf(mesh, mesh.blocks[index] as Block);
  const wide = distance(block[0], block[1]);
  const tall = distance(block[0], block[3]);
  const campus = partOf(block, 20 / wide, 20 / tall, 1 - 20 / wide, 1 - 20 / tall) as unknown as Quad;
  // Every other school is the mirror image, so that twelve campuses are not one stamp.
  const mirror = k % 2 === 1;
  const u = (value: number) => (mirror ? 1 - value : value);
  const place = (text: string) => (mirror ? text.replace(/[东西]/g, (side) => (side === '东' ? '西' : '东')) : text);
  const at = (a: number, b: number) => placeIn(campus, u(a), b);
  const box = (a: number, b: number, c: number, d: number) => partOf(campus, Math.min(u(a), u(c)), b, Math.max(u(a), u(c)), d);
  const ring = (a: number, b: number, c: number, d: number) => track(campus, Math.min(u(a), u(c)), b, Math.max(u(a), u(c)), d);
  const gates = [
    { name: '南门', u: 0.607, v: 0 },
    { name: place('东门'), u: 1, v: 0.487 },
  ];
  const features = [
    feature('campus', schoolName, polygon(campus)),
    ...paths.map(([a, b, c, d]) => feature('path', '', { type: 'LineString', coordinates: [lonLat(at(a, b)), lonLat(at(c, d))] })),
    feature('track', '操场', polygon(ring(0.058, 0.57, 0.425, 0.913))),
    feature('field', '', polygon(ring(0.09, 0.61, 0.393, 0.873))),
    ...buildings.map(([name, a, b, c, d]) => feature('building', name, polygon(box(a, b, c, d)))),
    ...gates.map((gate) => feature('gate', gate.name, { type: 'Point', coordinates: lonLat(at(gate.u, gate.v)) })),
  ];
  const two = (n: number) => String(n).padStart(2, '0');
  const spots: Spot[] = [
    ...posts.slice(0, k === 0 ? 8 : 6).map(([name, a, b], n) => ({ kind: 'alarm-post' as const, name: `${place(name)}报警柱 ${two(n + 1)}`, at: at(a, b) })),
    ...gates.flatMap((gate, g) =>
      (g === 0 ? [1, 2] : [1]).map((n) => ({ kind: 'face-gate' as const, name: `${gate.name} ${n} 号闸机`, at: at(gate.u + (g === 0 ? (n - 1.5) * 0.02 : 0), gate.v) })),
    ),
    ...cameras.slice(0, k === 0 ? 10 : 5).map(([name, a, b], n) => ({ kind: 'camera' as const, name: `${place(name)}摄像头 ${two(n + 1)}`, at: at(a, b) })),
  ];
  const site: Site = {
    id: `school-${two(k + 1)}`,
    name: schoolName,
    polygon: closedRing(campus),
    plan: { type: 'FeatureCollection', features },
  };
  return { site, block: index, spots };
}

/** How far a block is from the rectangle a campus wants, 0 is best. */
function unfit(mesh: Mesh, block: Block): number {
  const [sw, se, ne, nw] = quadOf(mesh, block);
  const sides = [distance(sw, se), distance(se, ne), distance(ne, nw), distance(nw, sw)] as [number, number, number, number];
  const wide = (sides[0] + sides[2]) / 2;
  const tall = (sides[1] + sides[3]) / 2;
  const filled = area(ringOf(mesh, block)) / (wide * tall);
  return (1 - filled) * 4 + Math.abs(Math.log(wide / tall / 1.45)) + Math.abs(Math.log((wide * tall) / 52_000)) * 0.7;
}

/** Chooses twelve blocks far from each other, the best shaped near the middle for the demo's school. */
export function placeSchools(mesh: Mesh, grids: Grid[], random: Random): School[] {
  const fit = mesh.blocks
    .map((block, index) => ({ index, bank: block.bank, at: centre(ringOf(mesh, block)), unfit: unfit(mesh, block) }))
    .filter((one) => !one.bank && one.unfit < 0.9)
    .map((one) => ({ ...one, unfit: one.unfit + random.next() * 0.15 - density(one.at) * 0.25 }))
    .sort((a, b) => a.unfit - b.unfit);
  const chosen: typeof fit = [];
  for (let apart = 1600; chosen.length < names.length && apart > 200; apart -= 200)
    for (const one of fit) {
      if (chosen.length === names.length) break;
      if (chosen.every((other) => distance(other.at, one.at) > apart)) chosen.push(one);
    }
  const named = nameSchools(chosen.map(({ index }) => (grids[index] as Grid).subdistrict));
  return chosen.map(({ index }, k) => layOut(mesh, index, k, named[k] as string));
}
