/** The plane the district is drawn on: metres east (x) and north (y) of its middle; and the way from there to WGS-84. */
export type Point = readonly [x: number, y: number];
export type Ring = readonly Point[];

/** The middle of the invented district (the pictures' coordinates), WGS-84 degrees. */
export const middle = { lon: 114.2087, lat: 38.4213 };

const radians = Math.PI / 180;
const metresPerLat = 111_132.95 - 559.85 * Math.cos(2 * middle.lat * radians);
const metresPerLon = 111_412.88 * Math.cos(middle.lat * radians) - 93.5 * Math.cos(3 * middle.lat * radians);
/** Six digits are a tenth of a metre. Points shared in the plane stay shared. */
const rounded = (degrees: number) => Math.round(degrees * 1e6) / 1e6;

export const lonLat = ([x, y]: Point): [number, number] => [rounded(middle.lon + x / metresPerLon), rounded(middle.lat + y / metresPerLat)];
/** A GeoJSON linear ring, closed. */
export const closedRing = (ring: Ring): [number, number][] => [...ring, ring[0] as Point].map(lonLat);

export const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);
export const between = (a: Point, b: Point, t: number): Point => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];

/** Square metres; positive when the ring runs counter-clockwise. */
export function area(ring: Ring): number {
  let twice = 0;
  for (let i = 0; i < ring.length; i++) {
    const [ax, ay] = ring[i] as Point;
    const [bx, by] = ring[(i + 1) % ring.length] as Point;
    twice += ax * by - bx * ay;
  }
  return twice / 2;
}

export function centre(ring: Ring): Point {
  const whole = area(ring) * 6;
  let [x, y] = [0, 0];
  for (let i = 0; i < ring.length; i++) {
    const [ax, ay] = ring[i] as Point;
    const [bx, by] = ring[(i + 1) % ring.length] as Point;
    const cross = ax * by - bx * ay;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return [x / whole, y / whole];
}

export function inside([x, y]: Point, ring: Ring): boolean {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[i] as Point;
    const [bx, by] = ring[j] as Point;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

/** The four corners of a block, from south-west counter-clockwise. */
export type Quad = readonly [Point, Point, Point, Point];
/** The place at (u, v) of a block: u runs east, v north, both 0 to 1. */
export const placeIn = ([sw, se, ne, nw]: Quad, u: number, v: number): Point => between(between(sw, se, u), between(nw, ne, u), v);
/** A part of a block as a ring, counter-clockwise. */
export const partOf = (quad: Quad, u0: number, v0: number, u1: number, v1: number): Ring => [
  placeIn(quad, u0, v0),
  placeIn(quad, u1, v0),
  placeIn(quad, u1, v1),
  placeIn(quad, u0, v1),
];
