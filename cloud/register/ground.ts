/** The ground of a grid or site, as somebody has drawn it. */
export type Ring = readonly (readonly [lon: number, lat: number])[];

/** What a telephone may take itself to be off by, m. */
export const positionErrorM = 100;
const metresPerDegree = 111_320;

/** Whether a position lies on this ground, or so near that the telephone may have erred. */
export function isOn(ring: Ring, { lon, lat }: { lon: number; lat: number }): boolean {
  const lonPerM = 1 / (metresPerDegree * Math.cos((lat * Math.PI) / 180));
  const around = Array.from({ length: 8 }, (_, i) => (i * Math.PI) / 4).map(
    (angle) => [lon + Math.cos(angle) * positionErrorM * lonPerM, lat + (Math.sin(angle) * positionErrorM) / metresPerDegree] as const,
  );
  return [[lon, lat] as const, ...around].some((point) => isInside(ring, point));
}

/** Even or odd: how often a line from the point to the east crosses the ring. */
function isInside(ring: Ring, [x, y]: readonly [number, number]): boolean {
  let inside = false;
  for (const [i, [x1, y1]] of ring.entries()) {
    const [x2, y2] = ring.at(i - 1) as readonly [number, number];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
