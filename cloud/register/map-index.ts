/**
 * The clusters of one scope. Where devices stand changes seldom and is left to supercluster; what they are changes often:
 * each cluster has its own counters, and a status walks up from its device through the clusters that hold it (at most one a zoom).
 */
import Supercluster from 'supercluster';
import type { Clock } from '../../devices/clock.ts';
import { inScope, type Scope } from '../scope.ts';
import { type DeviceStatus, statuses } from './device.ts';
import type { Box, MapAnswer } from './map.ts';
import type { Roster } from './roster.ts';

/** From the next zoom on every device stands alone (screen.md 5.7). */
export const clusterMaxZoom = 14;
/** Pixels of a tile of 512 within which devices become one cluster. */
const radius = 60;
/** So many devices that moved since the clusters were made stand alone until they are made anew … */
const strayMost = 200;
/** … which happens at most so often; sooner when they are many, at once when they are the most. */
const rebuildMs = 5000;
const rebuildManyMs = 1000;
const worstFirst: readonly DeviceStatus[] = ['alarm', 'warning', 'offline', 'unknown', 'ok'];
const kinds = statuses.length;

/** A zoom at which even a city is a few clusters. */
const farZoom = 9;

type Feature = ReturnType<Supercluster<Point, Node>['getClusters']>[number];

interface Point {
  slot: number;
}
/** `node`: whose counters these are; a point's is its place among the points. `self` tells a cluster's own record from supercluster's copy of it. */
interface Node {
  node: number;
  self: Node | null;
}

export class MapIndex {
  readonly #roster: Roster;
  readonly #scope: Scope;
  readonly #clock: Clock;
  readonly #ofKinds: ReadonlySet<string> | null;
  #clusters: Supercluster<Point, Node> | null = null;
  #builtAt = 0;
  /** Slot of each point, and its point for each slot. */
  #slots: number[] = [];
  #points = new Map<number, number>();
  /** The cluster that holds a point or cluster; -1 at the top. */
  #parents: number[] = [];
  /** Of each node, how many devices of each status. */
  #counts = new Int32Array(0);
  #strays = new Set<number>();

  /** `ofKinds`: only devices of these; null for all. */
  constructor(roster: Roster, scope: Scope, clock: Clock, ofKinds: readonly string[] | null = null) {
    this.#ofKinds = ofKinds === null ? null : new Set(ofKinds);
    this.#roster = roster;
    this.#scope = scope;
    this.#clock = clock;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** The device is new, stands elsewhere, or belongs elsewhere. */
  moved(slot: number): void {
    this.#strays.add(slot);
    const point = this.#points.get(slot);
    if (point === undefined) return;
    this.#count(point, this.#roster.statusCode(slot), null);
    this.#points.delete(slot);
  }

  status(slot: number, before: number, after: number): void {
    const point = this.#points.get(slot);
    if (point !== undefined) this.#count(point, before, after);
  }

  /** Makes the clusters anew where too much has moved. */
  refresh(): void {
    const pause = this.#strays.size > strayMost ? rebuildManyMs : rebuildMs;
    const due = this.#strays.size > this.#slots.length || (this.#strays.size > 0 && this.#clock.mono() - this.#builtAt >= pause);
    if (this.#clusters === null || due) this.#build();
  }

  /** `most`: where the box holds more, a coarser zoom answers. */
  within(box: Box, zoom: number, most: number): MapAnswer {
    const answer: MapAnswer = { devices: [], clusters: [] };
    for (const feature of this.#features(box, zoom, most)) {
      const [lon, lat] = feature.geometry.coordinates as [number, number];
      if ('slot' in feature.properties) {
        // What has moved since is told from where it is now.
        if (!this.#strays.has(feature.properties.slot)) answer.devices.push(this.#device(feature.properties.slot));
        continue;
      }
      const { node, cluster_id } = feature.properties as unknown as Node & { cluster_id: number };
      const of = (status: DeviceStatus) => this.#counts[node * kinds + statuses.indexOf(status)] as number;
      const counts = { alarm: of('alarm'), warning: of('warning'), offline: of('offline'), unknown: of('unknown') };
      const count = counts.alarm + counts.warning + counts.offline + counts.unknown + of('ok');
      if (count === 0) continue;
      const worst = worstFirst.find((status) => of(status) > 0) ?? 'ok';
      // supercluster writes the zoom at which a cluster comes apart into its id; its own getClusterExpansionZoom searches for the same (a test holds it).
      answer.clusters.push({ lon, lat, count, worst, counts, expansionZoom: (cluster_id - this.#slots.length) % 32 });
    }
    for (const slot of this.#strays) {
      const { lon, lat, placed, kind } = this.#roster.entry(slot);
      if (lon !== null && lat !== null && this.#wants(kind) && lon >= box[0] && lon <= box[2] && lat >= box[1] && lat <= box[3] && inScope(this.#scope, placed))
        answer.devices.push(this.#device(slot));
    }
    return answer;
  }

  /** Looks from afar first, which is cheap, and closer only while what is seen stays within `most`. */
  #features(box: Box, zoom: number, most: number): Feature[] {
    const clusters = this.#clusters as Supercluster<Point, Node>;
    let near = Math.min(Math.floor(zoom), farZoom);
    let features = clusters.getClusters(box, near);
    const held = () => features.reduce((sum, { properties }) => sum + ('slot' in properties ? 1 : properties.point_count), 0);
    if (held() <= most) return near < zoom ? clusters.getClusters(box, zoom) : features;
    while (near < Math.min(Math.floor(zoom), clusterMaxZoom)) {
      const closer = clusters.getClusters(box, ++near);
      if (closer.length > most) return features;
      features = closer;
    }
    // Past clusterMaxZoom all stand alone. What a far cluster holds says little of a small box: the nearest ones tell whether they are too many.
    return near < Math.floor(zoom) && held() <= most ? clusters.getClusters(box, zoom) : features;
  }

  #wants(kind: string): boolean {
    return this.#ofKinds === null || this.#ofKinds.has(kind);
  }

  #device(slot: number): MapAnswer['devices'][number] {
    const { id, kind, name, lon, lat } = this.#roster.entry(slot);
    return { id, kind, name, lon: lon as number, lat: lat as number, status: this.#roster.status(slot) };
  }

  #build(): void {
    this.#slots = [...this.#roster.inScope(this.#scope)].filter((slot) => this.#roster.entry(slot).lon !== null && this.#wants(this.#roster.entry(slot).kind));
    this.#points = new Map(this.#slots.map((slot, point) => [slot, point]));
    const parents: number[] = new Array(this.#slots.length).fill(-1);
    const clusters = new Supercluster<Point, Node>({
      radius,
      maxZoom: clusterMaxZoom,
      map: ({ slot }) => ({ node: this.#points.get(slot) as number, self: null }),
      // The first time for a new cluster `all` is a copy of its first member; from then on it is the cluster's own record.
      reduce: (all, member) => {
        if (all.self !== all) {
          parents.push(-1);
          parents[all.node] = parents.length - 1;
          all.node = parents.length - 1;
          all.self = all;
        }
        parents[member.node] = all.node;
      },
    });
    clusters.load(
      this.#slots.map((slot) => {
        const { lon, lat } = this.#roster.entry(slot);
        return { type: 'Feature', geometry: { type: 'Point', coordinates: [lon as number, lat as number] }, properties: { slot } };
      }),
    );
    this.#clusters = clusters;
    this.#parents = parents;
    this.#counts = new Int32Array(parents.length * kinds);
    this.#strays.clear();
    this.#builtAt = this.#clock.mono();
    for (const [point, slot] of this.#slots.entries()) this.#count(point, null, this.#roster.statusCode(slot));
  }

  /** Moves one device from one status to another in all that hold it. */
  #count(point: number, before: number | null, after: number | null): void {
    for (let node = point; node >= 0; node = this.#parents[node] as number) {
      if (before !== null) this.#counts[node * kinds + before] = (this.#counts[node * kinds + before] as number) - 1;
      if (after !== null) this.#counts[node * kinds + after] = (this.#counts[node * kinds + after] as number) + 1;
    }
  }
}
