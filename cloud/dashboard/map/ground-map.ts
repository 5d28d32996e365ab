/** The base map, loaded once for the map, the on-site windows and the school's plan. */
export interface GroundFeature {
  type: 'Feature';
  geometry: { type: string; coordinates: unknown } | null;
  properties: Record<string, unknown> | null;
}
export interface GroundMap {
  type: 'FeatureCollection';
  features: GroundFeature[];
}
