import { get, withQuery } from '../app/api.ts';
import type { Position } from '../app/shapes.ts';
import type { MapAnswer, MapDevice } from './answer.ts';
import { boxAround, metres, nearest } from './geometry.ts';

export interface NearCamera {
  camera: MapDevice;
  /** Metres from the place. */
  far: number;
}
/** Further away a camera sees nothing of a place. */
const reachMetres = 1500;

/** The nearest cameras to a place, at most `most`. Throws a Problem. */
export async function nearestCameras(at: Position, except: string | null, most: number, signal: AbortSignal): Promise<NearCamera[]> {
  const box = boxAround(at, reachMetres)
    .map((side) => side.toFixed(6))
    .join(',');
  const { devices } = await get<MapAnswer>(withQuery('/api/map', { box, zoom: 17, kind: 'camera' }), signal);
  return nearest(
    devices.filter((camera) => camera.id !== except),
    at,
    most,
  ).map((camera) => ({ camera, far: Math.round(metres(camera, at)) }));
}
