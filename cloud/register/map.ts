/** The map's devices and clusters: of what a viewer may see, by worst status, always with the statuses of now. */
import Type, { type Static } from 'typebox';
import type { Clock } from '../../devices/clock.ts';
import { kindIds } from '../../devices/kinds/kinds.ts';
import type { Scope } from '../scope.ts';
import { Device } from './device.ts';
import { MapIndex } from './map-index.ts';
import type { Roster } from './roster.ts';

const Status = Device.properties.status;
const MapDevice = Type.Object({ id: Type.String(), kind: Type.String(), name: Type.Union([Type.String(), Type.Null()]), lon: Type.Number(), lat: Type.Number(), status: Status });
const Cluster = Type.Object({
  lon: Type.Number(),
  lat: Type.Number(),
  count: Type.Integer(),
  worst: Status,
  counts: Type.Object({ alarm: Type.Integer(), warning: Type.Integer(), offline: Type.Integer(), unknown: Type.Integer() }),
  expansionZoom: Type.Integer({ description: 'the zoom at which it comes apart' }),
});
/** What stands alone at this zoom, and what stands together. */
export const MapAnswer = Type.Object({ devices: Type.Array(MapDevice), clusters: Type.Array(Cluster) });
export type MapAnswer = Static<typeof MapAnswer>;

/** West, south, east, north in degrees. */
export type Box = [number, number, number, number];

/** More than this is told at a coarser zoom, so that no box makes the cloud or a screen slow. */
const mostItems = 4000;
/** Points of all scopes' indexes together that are kept. */
const pointsKept = 250_000;
const indexesKept = 100;

export class DeviceMap {
  readonly #deps: { roster: Roster; clock: Clock };
  /** By scope and kinds; the least recently used goes first. */
  #indexes = new Map<string, MapIndex>();

  constructor(deps: { roster: Roster; clock: Clock }) {
    this.#deps = deps;
    deps.roster.listen({
      placed: (slot, moved) => {
        if (moved) for (const index of this.#indexes.values()) index.moved(slot);
      },
      status: (slot, before, after) => {
        for (const index of this.#indexes.values()) index.status(slot, before, after);
      },
    });
  }

  /** Makes the clusters of everything, so that the first who looks does not wait for them. */
  prepare(): void {
    this.#index({ all: true }, null);
  }

  /** `zoom`: that of the map, 0 to 24. */
  within(scope: Scope, box: Box, zoom: number, kinds: readonly string[] | null = null): MapAnswer {
    // Only kinds there are, in one order: an index is kept for each choice.
    const ofKinds = kinds === null ? null : kindIds.filter((kind) => kinds.includes(kind));
    return this.#index(scope, ofKinds).within(box, zoom, mostItems);
  }

  #index(scope: Scope, kinds: readonly string[] | null): MapIndex {
    const key = JSON.stringify([scope, kinds]);
    const kept = this.#indexes.get(key);
    this.#indexes.delete(key);
    const index = kept ?? new MapIndex(this.#deps.roster, scope, this.#deps.clock, kinds);
    this.#indexes.set(key, index);
    index.refresh();
    let points = [...this.#indexes.values()].reduce((sum, each) => sum + each.size, 0);
    for (const [oldest, each] of this.#indexes) {
      if ((points <= pointsKept && this.#indexes.size <= indexesKept) || each === index) break;
      this.#indexes.delete(oldest);
      points -= each.size;
    }
    return index;
  }
}
