export interface View {
  lon: number;
  lat: number;
  zoom: number;
}

/** A view of the map in the address: `38.42131,114.20870,13.2`. Pure. */
export const writeView = (view: View): string => `${view.lat.toFixed(5)},${view.lon.toFixed(5)},${view.zoom.toFixed(2)}`;
export function parseView(text: string | undefined): View | null {
  const parts = (text ?? '').split(',').map(Number);
  const [lat, lon, zoom] = parts;
  if (parts.length !== 3 || lat === undefined || lon === undefined || zoom === undefined || !parts.every(Number.isFinite)) return null;
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 24 ? { lat, lon, zoom } : null;
}
