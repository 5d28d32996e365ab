import { type GeoJSONSource, Map as GlMap, type MapMouseEvent, setWorkerUrl } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { Position } from '../app/shapes.ts';
import { boxAround } from './geometry.ts';
import { picture } from './images.ts';
import type { Drawn } from './marks.ts';
import { Sharpness } from './sharpness.ts';
import { mapStyle } from './style.ts';
import type { View } from './view.ts';

setWorkerUrl(workerUrl);

export interface EngineEvents {
  /** The view stands still: [w, s, e, n] with a margin, and the zoom. */
  still(box: [number, number, number, number], view: View): void;
  /** Each frame of a movement: overlays must follow. */
  moved(): void;
  device(id: string): void;
  empty(): void;
  /** It cannot draw: its worker is gone, as after another version was installed. */
  failed(error: unknown): void;
}
type Features = { type: 'FeatureCollection'; features: unknown[] };

/** The GL map. maplibre's name stands in this file and in style.ts (types) alone; it is loaded when the map is first shown. */
export class MapEngine {
  readonly #map: GlMap;
  #data: { base: Features; grids: Features; drawn: Drawn; alertGrids: { critical: string[]; warning: string[] }; gridLines: boolean };
  #ready = false;

  constructor(container: HTMLElement, view: View, events: EngineEvents) {
    const empty: Features = { type: 'FeatureCollection', features: [] };
    this.#data = { base: empty, grids: empty, drawn: { marks: [], badges: [], abnormal: [] }, alertGrids: { critical: [], warning: [] }, gridLines: true };
    this.#map = new GlMap({
      container,
      style: mapStyle(this.#color),
      center: [view.lon, view.lat],
      zoom: view.zoom,
      minZoom: 8,
      maxZoom: 19,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      fadeDuration: 0,
      refreshExpiredTiles: false,
      renderWorldCopies: false,
    });
    const map = this.#map;
    map.touchZoomRotate.disableRotation();
    map.getCanvas().setAttribute('tabindex', '0');
    map.setMissingStyleImageResolver((id) => {
      if (map.hasImage(id)) return;
      const drawn = picture(id, this.#color, getComputedStyle(document.documentElement).getPropertyValue('--font'));
      if (drawn) map.addImage(id, drawn.data, { pixelRatio: drawn.pixelRatio });
    });
    map.on('style.load', () => {
      this.#ready = true;
      this.#fill();
    });
    map.on('error', ({ error }) => {
      if (/worker failed to load/i.test(error.message)) events.failed(error);
      else console.warn('map', error);
    });
    // Whether all that is asked for is drawn, for whoever cannot see it.
    container.setAttribute('aria-busy', 'true');
    map.on('dataloading', () => container.setAttribute('aria-busy', 'true'));
    map.on('idle', () => container.setAttribute('aria-busy', 'false'));
    map.on('move', () => events.moved());
    // A machine without a graphics card draws every pixel itself: a moving map with a quarter of them is one that can be dragged.
    let resizing = false;
    const sharpness = new Sharpness(window.devicePixelRatio, (ratio) => {
      // Another size is told as a movement of its own.
      resizing = true;
      map.setPixelRatio(ratio);
      resizing = false;
    });
    map.on('movestart', () => resizing || sharpness.moves());
    map.on('render', () => map.isMoving() && sharpness.frame(performance.now()));
    map.on('moveend', () => resizing || sharpness.stands());
    const still = () => {
      if (resizing) return;
      const { lng, lat } = map.getCenter();
      const bounds = map.getBounds();
      const marginX = (bounds.getEast() - bounds.getWest()) * 0.15;
      const marginY = (bounds.getNorth() - bounds.getSouth()) * 0.15;
      events.still([bounds.getWest() - marginX, Math.max(-89.9, bounds.getSouth() - marginY), bounds.getEast() + marginX, Math.min(89.9, bounds.getNorth() + marginY)], {
        lon: lng,
        lat,
        zoom: map.getZoom(),
      });
    };
    map.on('load', still);
    map.on('moveend', still);
    map.on('resize', still);
    const at = (event: MapMouseEvent) =>
      map.queryRenderedFeatures(
        [
          [event.point.x - 6, event.point.y - 6],
          [event.point.x + 6, event.point.y + 6],
        ],
        { layers: ['badges', 'marks'] },
      )[0];
    map.on('click', (event) => {
      const feature = at(event);
      if (!feature) {
        events.empty();
        return;
      }
      if (feature.properties.cluster) {
        const [lng, lat] = (feature.geometry as { coordinates: [number, number] }).coordinates;
        map.easeTo({ center: [lng, lat], zoom: Math.max(map.getZoom() + 1, Number(feature.properties.expansionZoom)) });
      } else events.device(String(feature.properties.device));
    });
    for (const layer of ['marks', 'badges']) {
      map.on('mouseenter', layer, () => {
        map.getCanvas().style.cursor = 'pointer';
      });
      map.on('mouseleave', layer, () => {
        map.getCanvas().style.cursor = '';
      });
    }
  }

  #color = (token: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();

  /** After a change of theme: the style and all pictures anew, the data stay. */
  restyle(): void {
    this.#ready = false;
    for (const id of this.#map.listImages()) this.#map.removeImage(id);
    this.#map.setStyle(mapStyle(this.#color), { diff: false });
  }
  setBase(base: Features, grids: Features): void {
    Object.assign(this.#data, { base, grids });
    if (this.#ready) this.#fill();
  }
  setDrawn(drawn: Drawn): void {
    this.#data.drawn = drawn;
    if (!this.#ready) return;
    this.#source('marks').setData({ type: 'FeatureCollection', features: drawn.marks as never });
    this.#source('badges').setData({ type: 'FeatureCollection', features: drawn.badges as never });
  }
  setGrids(alertGrids: { critical: string[]; warning: string[] }, lines: boolean): void {
    this.#data.alertGrids = alertGrids;
    this.#data.gridLines = lines;
    if (this.#ready) this.#fillGrids();
  }

  fly(to: Position, zoom: number | null, padding: { right: number; left: number }): void {
    const target = { center: [to.lon, to.lat] as [number, number], zoom: zoom ?? this.#map.getZoom(), offset: [(padding.left - padding.right) / 2, 0] as [number, number] };
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) this.#map.jumpTo({ center: target.center, zoom: target.zoom });
    else this.#map.easeTo({ ...target, duration: 400 });
  }
  fit(box: [number, number, number, number]): void {
    this.#map.fitBounds(
      [
        [box[0], box[1]],
        [box[2], box[3]],
      ],
      { padding: 32, duration: 0 },
    );
  }
  zoomBy(by: number): void {
    this.#map.easeTo({ zoom: this.#map.getZoom() + by, duration: 150 });
  }
  /** Where a place is on the map's box, px. */
  at(place: Position): { x: number; y: number } {
    return this.#map.project([place.lon, place.lat]);
  }
  get zoom(): number {
    return this.#map.getZoom();
  }
  /** Whether a place is in sight, away from the edges and from what floats over the right one. */
  inSight(place: Position, margin = 60, right = 0): boolean {
    const { x, y } = this.at(place);
    const { clientWidth, clientHeight } = this.#map.getContainer();
    return x > margin && y > margin && x < clientWidth - right - margin && y < clientHeight - margin;
  }
  resize(): void {
    this.#map.resize();
  }
  stop(): void {
    this.#map.remove();
  }

  #source(id: string): GeoJSONSource {
    return this.#map.getSource(id) as GeoJSONSource;
  }
  #fill(): void {
    this.#source('base').setData(this.#data.base as never);
    this.#source('grids').setData(this.#data.grids as never);
    this.setDrawn(this.#data.drawn);
    this.#fillGrids();
  }
  #fillGrids(): void {
    const { critical, warning } = this.#data.alertGrids;
    for (const part of ['fill', 'edge'] as const) {
      this.#map.setFilter(`grid-critical-${part}`, ['in', ['get', 'id'], ['literal', critical]]);
      this.#map.setFilter(`grid-alert-${part}`, ['in', ['get', 'id'], ['literal', warning]]);
    }
    this.#map.setLayoutProperty('grid-lines', 'visibility', this.#data.gridLines ? 'visible' : 'none');
  }
}

/** The box around all positions of a GeoJSON. */
export function boxOf(features: { geometry: unknown }[]): [number, number, number, number] | null {
  let box: [number, number, number, number] | null = null;
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === 'number' && typeof value[1] === 'number') {
      const [x, y] = value as [number, number];
      box = box ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)] : [x, y, x, y];
      return;
    }
    for (const each of value) visit(each);
  };
  for (const { geometry } of features) if (geometry && typeof geometry === 'object' && 'coordinates' in geometry) visit(geometry.coordinates);
  return box;
}
export const startBox = (center: Position): [number, number, number, number] => boxAround(center, 6000);
