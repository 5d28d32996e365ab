import { get } from '../app/api.ts';

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
class Ground {
  map = $state.raw<GroundMap | null>(null);
  #asked: Promise<GroundMap> | null = null;
  /** Asks for it once; a failure is told to whoever asked and may be asked again. */
  load(): Promise<GroundMap> {
    this.#asked ??= get<GroundMap>('/api/basemap').then(
      (found) => {
        this.map = found;
        return found;
      },
      (error: unknown) => {
        this.#asked = null;
        throw error;
      },
    );
    return this.#asked;
  }
}
export const ground = new Ground();
