import { describe, expect, test } from 'vitest';
import type { MapAnswer } from '../../../../cloud/dashboard/map/answer.ts';
import { type Choice, discRadius, draw } from '../../../../cloud/dashboard/map/marks.ts';

const choice: Choice = { abnormalOnly: false, hidden: new Set(), hot: [], hotDevices: new Set(), icons: true };
const cluster = (lon: number, count: number, alarm: number, warning: number) => ({
  lon,
  lat: 38,
  count,
  worst: alarm > 0 ? ('alarm' as const) : warning > 0 ? ('warning' as const) : ('ok' as const),
  counts: { alarm, warning, offline: 0, unknown: 0 },
  expansionZoom: 13,
});
const answer: MapAnswer = {
  clusters: [cluster(114, 960, 0, 0), cluster(114.1, 1240, 1, 37), cluster(114.2, 50, 0, 2)],
  devices: [
    { id: 'd1', kind: 'camera', name: 'east gate', lon: 114.3, lat: 38, status: 'ok' },
    { id: 'd2', kind: 'manhole-cover', name: null, lon: 114.31, lat: 38, status: 'alarm' },
  ],
};
const images = (change: Partial<Choice> = {}) => draw(answer, { ...choice, ...change }).marks.map(({ properties }) => properties.image);

test('clusters are as large as screen.md says, and no larger than 18', () => {
  expect([1, 100, 1000, 1_000_000].map(discRadius)).toEqual([10, 10, 13.5, 18]);
});
test('normal ones are grey discs, abnormal ones carry a ring and a badge of devices, worst first', () => {
  const drawn = draw(answer, choice);
  expect(images()).toEqual(['disc|normal|13.5|960', 'disc|alarm|14|1.2k', 'disc|warning|10|50', 'icon|ok|camera', 'mark|alarm|manhole-cover']);
  expect(drawn.badges.map(({ properties }) => properties.image)).toEqual(['badge|1|37', 'badge|0|2']);
});
test('a badge steps to the other side of what is selected right beside its cluster', () => {
  const sides = (lon: number, zoom: number) => draw(answer, { ...choice, selected: { at: { lon, lat: 38 }, zoom } }).badges.map(({ properties }) => properties.anchor);
  expect(sides(114.11, 12)).toEqual(['bottom-right', 'bottom-left']);
  // Seen from nearer it is far enough away.
  expect(sides(114.11, 14)).toEqual(['bottom-left', 'bottom-left']);
});
test('the cluster that holds an unacknowledged critical is filled, and no other', () => {
  expect(images({ hot: [{ lon: 114.19, lat: 38 }] })).toEqual(['disc|normal|13.5|960', 'disc|hot|14|1.2k', 'disc|warning|10|50', 'icon|ok|camera', 'mark|alarm|manhole-cover']);
  expect(images({ hotDevices: new Set(['d2']) })).toContain('mark|hot');
});
describe('what is left out', () => {
  test('abnormal only', () => {
    expect(images({ abnormalOnly: true })).toEqual(['disc|alarm|14|1.2k', 'disc|warning|10|50', 'mark|alarm|manhole-cover']);
  });
  test('hidden kinds', () => {
    expect(images({ hidden: new Set(['camera']) })).not.toContain('icon|ok|camera');
  });
});
test('the abnormal marks are in reach, the worst first', () => {
  expect(draw(answer, choice).abnormal.map(({ key, alarm, warning }) => [key.startsWith('c') ? 'cluster' : key, alarm, warning])).toEqual([
    ['cluster', 1, 37],
    ['d2', 1, 0],
    ['cluster', 0, 2],
  ]);
});
