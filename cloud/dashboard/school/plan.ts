import type { Position, Site } from '../app/shapes.ts';

/** A campus plan (GeoJSON, WGS-84) as shapes on a sheet in metres, north up. Pure. */
type Point = readonly [number, number];
interface Feature {
  properties?: { layer?: unknown; name?: unknown } | null;
  geometry?: { type?: unknown; coordinates?: unknown } | null;
}
export interface PlanShape {
  layer: string;
  name: string;
  /** SVG path; for a point none. */
  path: string | null;
  /** Middle, where its name stands; x to the right, y down, metres. */
  at: Point;
  /** Width and height, metres: whether a name fits. */
  size: Point;
}
export interface Plan {
  shapes: PlanShape[];
  /** x, y, width, height in metres. */
  box: readonly [number, number, number, number];
  place(position: Position): Point;
}

const metresPerDegree = 111_320;
const isPoint = (value: unknown): value is [number, number] => Array.isArray(value) && Number.isFinite(value[0]) && Number.isFinite(value[1]);
const isRing = (value: unknown): value is [number, number][] => Array.isArray(value) && value.length > 0 && value.every(isPoint);

/** Lines and rings of a geometry; what we cannot draw gives none. */
function linesOf(geometry: Feature['geometry']): [number, number][][] {
  const { type, coordinates } = geometry ?? {};
  if (type === 'LineString' && isRing(coordinates)) return [coordinates];
  if (type === 'Polygon' && Array.isArray(coordinates)) return coordinates.filter(isRing);
  if (type === 'MultiLineString' && Array.isArray(coordinates)) return coordinates.filter(isRing);
  if (type === 'MultiPolygon' && Array.isArray(coordinates)) return coordinates.flatMap((polygon) => (Array.isArray(polygon) ? polygon.filter(isRing) : []));
  return [];
}
const featuresOf = (plan: unknown): Feature[] => {
  const features = (plan as { features?: unknown } | null | undefined)?.features;
  return Array.isArray(features) ? (features as Feature[]) : [];
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** null: the site has neither outline nor plan nor a device with a place. `also`: places that must be on the sheet. */
export function planOf(site: Pick<Site, 'polygon' | 'plan'>, also: readonly Position[] = [], marginShare = 0.06): Plan | null {
  const features = featuresOf(site.plan);
  const outline = isRing(site.polygon) ? site.polygon : null;
  const everything: Point[] = [...(outline ?? []), ...features.flatMap(({ geometry }) => (isPoint(geometry?.coordinates) ? [geometry.coordinates] : linesOf(geometry).flat()))];
  const framed = everything.length > 0 ? everything : also.map(({ lon, lat }): Point => [lon, lat]);
  const first = framed[0];
  if (!first) return null;
  const lat0 = framed.reduce((sum, [, lat]) => sum + lat, 0) / framed.length;
  const scaleX = metresPerDegree * Math.cos((lat0 * Math.PI) / 180);
  const onSheet = ([lon, lat]: Point): Point => [(lon - first[0]) * scaleX, (first[1] - lat) * metresPerDegree];

  const points = framed.map(onSheet);
  const [left, right] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const [up, down] = [Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([, y]) => y))];
  const margin = Math.max(8, Math.max(right - left, down - up) * marginShare);
  const pathOf = (line: readonly Point[], close: boolean) =>
    `M${line
      .map(onSheet)
      .map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`)
      .join('L')}${close ? 'Z' : ''}`;

  const shapes: PlanShape[] = [];
  if (outline && !features.some((feature) => feature.properties?.layer === 'campus'))
    shapes.push({ layer: 'campus', name: '', path: pathOf(outline, true), at: [0, 0], size: [0, 0] });
  for (const { properties, geometry } of features) {
    const layer = text(properties?.layer);
    const name = text(properties?.name);
    if (isPoint(geometry?.coordinates)) {
      shapes.push({ layer, name, path: null, at: onSheet(geometry.coordinates), size: [0, 0] });
      continue;
    }
    const lines = linesOf(geometry);
    if (lines.length === 0) continue;
    const closed = text(geometry?.type).endsWith('Polygon');
    const sheet = (lines[0] as [number, number][]).map(onSheet);
    const xs = sheet.map(([x]) => x);
    const ys = sheet.map(([, y]) => y);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    shapes.push({ layer, name, path: lines.map((line) => pathOf(line, closed)).join(''), at: [(x0 + x1) / 2, (y0 + y1) / 2], size: [x1 - x0, y1 - y0] });
  }
  return {
    shapes,
    box: [left - margin, up - margin, right - left + 2 * margin, down - up + 2 * margin],
    place: ({ lon, lat }) => onSheet([lon, lat]),
  };
}

/** A round length for the scale bar: 1, 2 or 5 times a power of ten, at most a fifth of the width; metres. */
export function scaleBar(width: number): number {
  const most = width / 5;
  const power = 10 ** Math.floor(Math.log10(most));
  return (most >= 5 * power ? 5 : most >= 2 * power ? 2 : 1) * power;
}
/** The number in a name (`南门报警柱 02` → `02`), for a small label on the plan. */
export const numberIn = (name: string): string => /(\d+)\D*$/.exec(name)?.[1] ?? '';
/** A name without its campus, where only that campus is in question: `青禾小学南门报警柱 02` → `南门报警柱 02`. */
export const shortName = (name: string, site: string): string => (site !== '' && name.startsWith(site) && name.length > site.length ? name.slice(site.length).trimStart() : name);
