import type { Status } from '../app/shapes.ts';

/** As GET /api/map answers: what stands alone at this zoom (from 15 on everything), and what stands together. */
export interface MapDevice {
  id: string;
  kind: string;
  name: string | null;
  lon: number;
  lat: number;
  status: Status;
}
export interface MapCluster {
  lon: number;
  lat: number;
  count: number;
  worst: Status;
  counts: Record<Exclude<Status, 'ok'>, number>;
  expansionZoom: number;
}
export interface MapAnswer {
  devices: MapDevice[];
  clusters: MapCluster[];
}
