/** The base map: the district, its water, roads, buildings and names, as GeoJSON; `properties.layer` says what a feature is. */
import type { Random } from '../random.ts';
import { type Grid, subdistricts } from './grids.ts';
import { type Block, density, type Mesh, quadOf, ringOf } from './mesh.ts';
import { area, between, centre, closedRing, distance, lonLat, type Point, partOf } from './plane.ts';
import type { Feature, School } from './schools.ts';
import type { Street } from './streets.ts';

export interface Basemap {
  type: 'FeatureCollection';
  features: Feature[];
}

const feature = (layer: string, name: string, geometry: Feature['geometry']): Feature => ({ type: 'Feature', properties: name ? { layer, name } : { layer }, geometry });
const line = (points: Point[]) => ({ type: 'LineString', coordinates: points.map(lonLat) });

/** The course through its corners, rounded (Chaikin's corner cutting, ends kept). */
export function rounded(points: Point[], times: number): Point[] {
  let now = points;
  for (let k = 0; k < times; k++) {
    const next: Point[] = [now[0] as Point];
    for (let i = 0; i + 1 < now.length; i++) next.push(between(now[i] as Point, now[i + 1] as Point, 0.25), between(now[i] as Point, now[i + 1] as Point, 0.75));
    next.push(now.at(-1) as Point);
    now = next;
  }
  return now;
}

const course = (mesh: Mesh, street: Street): Point[][] =>
  street.runs.map((run) => [(run[0] as (typeof run)[number]).from, ...run.map(({ to }) => to)].map((v) => mesh.points[v] as Point));

function buildingsOf(mesh: Mesh, schools: School[], random: Random): Feature[] {
  const taken = new Set(schools.map((school) => school.block));
  const out: Feature[] = [];
  for (const [index, block] of mesh.blocks.entries()) {
    if (block.bank || taken.has(index)) continue;
    const quad = quadOf(mesh, block);
    const ring = ringOf(mesh, block);
    const busy = density(centre(ring));
    if (busy < 0.32 && random.chance(0.5)) continue;
    const wide = distance(quad[0], quad[1]);
    const tall = distance(quad[0], quad[3]);
    const columns = Math.max(1, Math.round(wide / 130));
    const rows = Math.max(1, Math.round(tall / 95));
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < rows; j++) {
        if (random.chance(0.62 - busy * 0.25)) continue;
        const [u, v] = [22 / wide, 22 / tall];
        const [du, dv] = [(1 - 2 * u) / columns, (1 - 2 * v) / rows];
        const part = partOf(
          quad,
          u + i * du + random.between(0.04, 0.2) * du,
          v + j * dv + random.between(0.06, 0.3) * dv,
          u + (i + random.between(0.7, 0.95)) * du,
          v + (j + random.between(0.55, 0.92)) * dv,
        );
        if (area(part) > 400) out.push(feature('building', '', { type: 'Polygon', coordinates: [closedRing(part)] }));
      }
  }
  return out;
}

export function drawBasemap(mesh: Mesh, streets: Street[], river: Street, grids: Grid[], schools: School[], random: Random): Basemap {
  const features: Feature[] = [feature('district', '云溪示范区', { type: 'Polygon', coordinates: [closedRing(mesh.outline)] })];
  for (const run of course(mesh, river)) features.push(feature('river', river.name, line(rounded(run, 3))));
  features.push(...buildingsOf(mesh, schools, random));
  for (const { site } of schools) for (const one of site.plan.features) if (one.properties.layer === 'building') features.push(feature('building', '', one.geometry));
  for (const rank of ['lane', 'street', 'main'] as const)
    for (const street of streets.filter((one) => one.rank === rank))
      for (const run of course(mesh, street)) features.push(feature(rank === 'main' ? 'road' : 'street', street.name, line(rank === 'main' ? rounded(run, 1) : run)));
  for (const { name } of subdistricts) {
    const middles = grids.flatMap((grid, k) => (grid.subdistrict === name ? [centre(ringOf(mesh, mesh.blocks[k] as Block))] : []));
    const [x, y] = [middles.reduce((s, p) => s + p[0], 0) / middles.length, middles.reduce((s, p) => s + p[1], 0) / middles.length];
    features.push({ ...feature('label', name, { type: 'Point', coordinates: lonLat([x, y]) }), properties: { layer: 'label', name, rank: 'subdistrict' } });
  }
  return { type: 'FeatureCollection', features };
}
