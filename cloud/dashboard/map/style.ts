import type { StyleSpecification } from 'maplibre-gl';

/** The map's style, from the tokens of the page. No tile server and no glyphs address: everything is ours, text is drawn from local fonts. Pure. */
export type Colors = (token: string) => string;

const nothing = { type: 'FeatureCollection', features: [] } as const;
const layer = (name: string) => ['==', ['get', 'layer'], name] as ['==', unknown, string];

/** A name steps aside, in em, where a mark would cover it: marks are placed first and are always drawn. */
const besideMarks = [
  ['center', [0, 0]],
  ...[1, 2, 3].flatMap((far) => [
    ['bottom', [0, -far]],
    ['top', [0, far]],
    ['left', [far, 0]],
    ['right', [-far, 0]],
    ['top-left', [far, far]],
    ['bottom-right', [-far, -far]],
    ['bottom-left', [far, -far]],
    ['top-right', [-far, far]],
  ]),
].flat();

export function mapStyle(color: Colors): StyleSpecification {
  const label = { 'text-color': color('text2'), 'text-halo-color': color('mapDistrict'), 'text-halo-width': 1.5 };
  const style = {
    version: 8,
    sources: {
      base: { type: 'geojson', data: nothing },
      grids: { type: 'geojson', data: nothing, promoteId: 'id' },
      marks: { type: 'geojson', data: nothing },
      badges: { type: 'geojson', data: nothing },
    },
    layers: [
      { id: 'land', type: 'background', paint: { 'background-color': color('mapLand') } },
      { id: 'district', type: 'fill', source: 'base', filter: layer('district'), paint: { 'fill-color': color('mapDistrict') } },
      { id: 'grid-lines', type: 'line', source: 'grids', paint: { 'line-color': color('mapGrid'), 'line-width': 0.8 } },
      { id: 'buildings', type: 'fill', source: 'base', minzoom: 14, filter: layer('building'), paint: { 'fill-color': color('mapGrid') } },
      {
        id: 'river',
        type: 'line',
        source: 'base',
        filter: ['all', layer('river'), ['==', ['geometry-type'], 'LineString']],
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': color('mapRiver'), 'line-width': ['interpolate', ['exponential', 2], ['zoom'], 10, 6, 16, 160] },
      },
      { id: 'water', type: 'fill', source: 'base', filter: ['all', layer('river'), ['==', ['geometry-type'], 'Polygon']], paint: { 'fill-color': color('mapRiver') } },
      {
        id: 'streets',
        type: 'line',
        source: 'base',
        minzoom: 13,
        filter: layer('street'),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': color('mapRoad'), 'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], 13, 0.8, 18, 14] },
      },
      {
        id: 'roads',
        type: 'line',
        source: 'base',
        filter: layer('road'),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': color('mapRoad'), 'line-width': ['interpolate', ['exponential', 1.6], ['zoom'], 10, 1, 14, 4, 18, 24] },
      },
      { id: 'district-edge', type: 'line', source: 'base', filter: layer('district'), paint: { 'line-color': color('control'), 'line-width': 1.2 } },
      {
        id: 'grid-alert-fill',
        type: 'fill',
        source: 'grids',
        filter: ['in', ['get', 'id'], ['literal', []]],
        paint: { 'fill-color': color('warningGraphic'), 'fill-opacity': 0.18 },
      },
      { id: 'grid-alert-edge', type: 'line', source: 'grids', filter: ['in', ['get', 'id'], ['literal', []]], paint: { 'line-color': color('warningGraphic'), 'line-width': 1.2 } },
      { id: 'grid-critical-fill', type: 'fill', source: 'grids', filter: ['in', ['get', 'id'], ['literal', []]], paint: { 'fill-color': color('critical'), 'fill-opacity': 0.18 } },
      { id: 'grid-critical-edge', type: 'line', source: 'grids', filter: ['in', ['get', 'id'], ['literal', []]], paint: { 'line-color': color('critical'), 'line-width': 1.2 } },
      {
        id: 'road-names',
        type: 'symbol',
        source: 'base',
        minzoom: 13,
        filter: ['in', ['get', 'layer'], ['literal', ['road', 'street']]],
        layout: { 'symbol-placement': 'line', 'symbol-spacing': 180, 'text-field': ['get', 'name'], 'text-font': ['sans-serif'], 'text-size': 11 },
        paint: label,
      },
      {
        id: 'river-names',
        type: 'symbol',
        source: 'base',
        filter: layer('river'),
        layout: { 'symbol-placement': 'line', 'text-field': ['get', 'name'], 'text-font': ['sans-serif'], 'text-size': 11, 'text-letter-spacing': 0.25, 'symbol-spacing': 300 },
        paint: label,
      },
      {
        id: 'places',
        type: 'symbol',
        source: 'base',
        maxzoom: 15.5,
        filter: layer('label'),
        layout: {
          'text-field': ['get', 'name'],
          'text-font': ['sans-serif'],
          'text-size': 14,
          'text-letter-spacing': 0.22,
          'text-variable-anchor-offset': besideMarks,
        },
        paint: label,
      },
      {
        id: 'marks',
        type: 'symbol',
        source: 'marks',
        layout: { 'icon-image': ['get', 'image'], 'icon-allow-overlap': true, 'symbol-sort-key': ['get', 'order'] },
      },
      {
        id: 'names',
        type: 'symbol',
        source: 'marks',
        minzoom: 17,
        filter: ['has', 'name'],
        layout: { 'text-field': ['get', 'name'], 'text-font': ['sans-serif'], 'text-size': 11, 'text-offset': [0, 1.3], 'text-anchor': 'top', 'text-optional': true },
        paint: label,
      },
      {
        id: 'badges',
        type: 'symbol',
        source: 'badges',
        layout: {
          'icon-image': ['get', 'image'],
          'icon-anchor': ['get', 'anchor'],
          'icon-offset': ['get', 'offset'],
          'icon-allow-overlap': true,
          'symbol-sort-key': ['get', 'order'],
        },
      },
    ],
  };
  return style as unknown as StyleSpecification;
}
