import { get, withQuery } from '../app/api.ts';
import type { MapAnswer } from './answer.ts';

export type Box = [west: number, south: number, east: number, north: number];

/** Between two questions for the same box, milliseconds. */
const rest = 1500;

/** What stands in the box that is looked at, as the cloud said it last: asked at once for another box, and at most every second and a half for the same. */
export class InBox {
  answer = $state.raw<MapAnswer>({ devices: [], clusters: [] });
  /** The last answer did not come: what is drawn is older. */
  late = $state(false);
  #asking: AbortController | null = null;
  #lastAsked = 0;
  #lastBox: Box | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `kinds`: those shown; undefined is all. */
  want(box: Box, zoom: number, kinds: string[] | undefined) {
    if (this.#timer) clearTimeout(this.#timer);
    const wait = box === this.#lastBox ? Math.max(0, rest - (performance.now() - this.#lastAsked)) : 0;
    this.#lastBox = box;
    this.#timer = setTimeout(() => void this.#ask(box, zoom, kinds), wait);
  }

  stop() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  async #ask(box: Box, zoom: number, kinds: string[] | undefined) {
    this.#lastAsked = performance.now();
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const kind = kinds && (kinds.join(',') || 'none');
      this.answer = await get<MapAnswer>(withQuery('/api/map', { box: box.map((side) => side.toFixed(6)).join(','), zoom: Math.floor(zoom), kind }), asking.signal);
      this.late = false;
    } catch {
      if (!asking.signal.aborted) this.late = true;
    }
  }
}
