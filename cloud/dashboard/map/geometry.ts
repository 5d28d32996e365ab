import type { Position } from '../app/shapes.ts';

/** Small geometry on the ground, good for a district. Pure. */
const metresPerDegree = 111_320;

/** Distance in metres; fit for a few kilometres. */
export function metres(a: Position, b: Position): number {
  const x = (a.lon - b.lon) * metresPerDegree * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  const y = (a.lat - b.lat) * metresPerDegree;
  return Math.hypot(x, y);
}
/** [west, south, east, north] of a square of `radius` metres around a place. */
export function boxAround(at: Position, radius: number): [number, number, number, number] {
  const lat = radius / metresPerDegree;
  const lon = radius / (metresPerDegree * Math.cos(at.lat * (Math.PI / 180)));
  return [at.lon - lon, at.lat - lat, at.lon + lon, at.lat + lat];
}
export const nearest = <T extends Position>(things: readonly T[], at: Position, most: number): T[] => things.toSorted((a, b) => metres(a, at) - metres(b, at)).slice(0, most);

/** A point into a picture of `size` pixels that shows `radius` metres around `centre`: [x, y], y down. */
export function project(point: readonly [number, number], centre: Position, radius: number, size: { width: number; height: number }): [number, number] {
  const scale = Math.min(size.width, size.height) / 2 / radius;
  const x = (point[0] - centre.lon) * metresPerDegree * Math.cos(centre.lat * (Math.PI / 180));
  const y = (point[1] - centre.lat) * metresPerDegree;
  return [size.width / 2 + x * scale, size.height / 2 - y * scale];
}

/** Whether a point lies in a ring, [lon, lat] each. */
export function inRing(point: readonly [number, number], ring: readonly (readonly [number, number])[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as [number, number];
    const [xj, yj] = ring[j] as [number, number];
    if (yi > point[1] !== yj > point[1] && point[0] < ((xj - xi) * (point[1] - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
