import pointInPolygon from 'point-in-polygon-hao';

/** The ground of a grid or site, as somebody has drawn it. */
export type Ring = readonly (readonly [lon: number, lat: number])[];

/** What a telephone may take itself to be off by, m. */
export const positionErrorM = 100;
const metresPerDegree = 111_320;

/** Whether a position lies on this ground or its edge, or so near that the telephone may have erred. */
export function isOn(ring: Ring, { lon, lat }: { lon: number; lat: number }): boolean {
  const lonPerM = 1 / (metresPerDegree * Math.cos((lat * Math.PI) / 180));
  const around = Array.from({ length: 8 }, (_, i) => (i * Math.PI) / 4).map(
    (angle) => [lon + Math.cos(angle) * positionErrorM * lonPerM, lat + (Math.sin(angle) * positionErrorM) / metresPerDegree] as [number, number],
  );
  const polygon = [ring.map(([x, y]): [number, number] => [x, y])];
  return [[lon, lat] as [number, number], ...around].some((point) => pointInPolygon(point, polygon) !== false);
}
