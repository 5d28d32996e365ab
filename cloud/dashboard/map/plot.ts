import type { Position } from '../app/shapes.ts';
import { project } from './geometry.ts';
import type { GroundFeature } from './ground-map.ts';

/** Paths of the base map around a place for a small picture. Pure. Lines and rings that lie wholly outside are left out. */
export interface PlotPath {
  layer: string;
  name: string;
  d: string;
  closed: boolean;
  /** Where a name may stand, px; null where the path is too short in sight. */
  label: { x: number; y: number; angle: number } | null;
}
type Pair = [number, number];

function linesOf(geometry: GroundFeature['geometry']): { line: Pair[]; closed: boolean }[] {
  if (!geometry) return [];
  const { type, coordinates } = geometry;
  if (type === 'LineString') return [{ line: coordinates as Pair[], closed: false }];
  if (type === 'MultiLineString') return (coordinates as Pair[][]).map((line) => ({ line, closed: false }));
  if (type === 'Polygon') return (coordinates as Pair[][]).map((line) => ({ line, closed: true }));
  if (type === 'MultiPolygon') return (coordinates as Pair[][][]).flat().map((line) => ({ line, closed: true }));
  return [];
}

export function plot(features: readonly GroundFeature[], layers: readonly string[], centre: Position, radius: number, size: { width: number; height: number }): PlotPath[] {
  const paths: PlotPath[] = [];
  const reach = Math.max(size.width, size.height) * 1.5;
  for (const feature of features) {
    const layer = String(feature.properties?.layer ?? '');
    if (!layers.includes(layer)) continue;
    for (const { line, closed } of linesOf(feature.geometry)) {
      const points = line.map((point) => project(point, centre, radius, size));
      const xs = points.map(([x]) => x);
      const ys = points.map(([, y]) => y);
      if (Math.max(...xs) < -reach / 3 || Math.min(...xs) > size.width + reach / 3 || Math.max(...ys) < -reach / 3 || Math.min(...ys) > size.height + reach / 3) continue;
      const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${clip(x)} ${clip(y)}`).join('');
      paths.push({ layer, name: String(feature.properties?.name ?? ''), d: closed ? `${d}Z` : d, closed, label: closed ? null : labelOf(points, size) });
    }
  }
  return paths;
}
/** Far points kept to what an SVG draws exactly. */
const clip = (value: number): number => Math.round(Math.min(20_000, Math.max(-20_000, value)) * 10) / 10;

/** The middle of the longest piece in sight. */
function labelOf(points: readonly Pair[], size: { width: number; height: number }): PlotPath['label'] {
  let best: { length: number; x: number; y: number; angle: number } | null = null;
  for (let i = 1; i < points.length; i++) {
    const [ax, ay] = points[i - 1] as Pair;
    const [bx, by] = points[i] as Pair;
    // The part of this piece inside the picture, coarsely: its ends clamped.
    for (const share of [0.5, 0.25, 0.75]) {
      const x = ax + (bx - ax) * share;
      const y = ay + (by - ay) * share;
      if (x < 30 || y < 16 || x > size.width - 30 || y > size.height - 16) continue;
      const length = Math.hypot(bx - ax, by - ay);
      let angle = (Math.atan2(by - ay, bx - ax) * 180) / Math.PI;
      if (angle > 90) angle -= 180;
      if (angle < -90) angle += 180;
      if (!best || length > best.length) best = { length, x, y, angle };
    }
  }
  return best && best.length > 24 ? best : null;
}
/** A round length for the scale, and how many pixels it takes. */
export function scaleBar(radius: number, size: { width: number; height: number }): { metres: number; px: number } {
  const perMetre = Math.min(size.width, size.height) / 2 / radius;
  const metres = [10, 20, 50, 100, 200, 500, 1000].findLast((each) => each * perMetre <= size.width / 4) ?? 10;
  return { metres, px: metres * perMetre };
}
