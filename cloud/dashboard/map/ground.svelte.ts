import { get } from '../app/api.ts';
import type { GroundMap } from './ground-map.ts';

/** Loaded once. */
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
