import type { Position, Status } from '../app/shapes.ts';
import { short } from '../words/format.ts';
import type { MapAnswer, MapCluster, MapDevice } from './answer.ts';
import { metres } from './geometry.ts';

/** What the map draws of an answer of /api/map, as GeoJSON whose `image` names a picture (images.ts draws it when it is first wanted). Pure. */

export const statusOrder: Record<Status, number> = { ok: 0, unknown: 1, offline: 2, warning: 3, alarm: 4 };
export const isAbnormal = (status: Status): boolean => status === 'warning' || status === 'alarm';

/** r = 7.5 + 0.19 √n, at most 18 (screen.md 5.7); one with a number inside is never smaller than its number. */
export const discRadius = (count: number): number => Math.max(10, Math.min(18, Math.round((7.5 + 0.19 * Math.sqrt(count)) * 2) / 2));

export interface Choice {
  abnormalOnly: boolean;
  /** Kinds that are hidden; clusters come filtered from the cloud. */
  hidden: ReadonlySet<string>;
  /** Where an unacknowledged critical alert stands: drawn filled, with white edge. */
  hot: readonly Position[];
  hotDevices: ReadonlySet<string>;
  /** Single devices as icons rather than dots. */
  icons: boolean;
  /** What is selected has a large mark of its own: no badge lies below it. */
  selected?: { at: Position; zoom: number } | null;
}
interface Feature {
  type: 'Feature';
  geometry: { type: 'Point'; coordinates: [number, number] };
  properties: Record<string, unknown>;
}
export interface Drawn {
  marks: Feature[];
  badges: Feature[];
  /** The abnormal ones for Tab and for screen readers, worst first. */
  abnormal: AbnormalMark[];
}
export interface AbnormalMark extends Position {
  key: string;
  device: string | null;
  status: Status;
  hot: boolean;
  count: number;
  alarm: number;
  warning: number;
  name: string | null;
  radius: number;
  expansionZoom: number;
}

const point = (at: Position, properties: Record<string, unknown>): Feature => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [at.lon, at.lat] }, properties });

export function draw(answer: MapAnswer, choice: Choice): Drawn {
  const drawn: Drawn = { marks: [], badges: [], abnormal: [] };
  const hotClusters = hottest(answer.clusters, choice.hot);
  answer.clusters.forEach((cluster, i) => {
    if (!choice.abnormalOnly || isAbnormal(cluster.worst)) drawCluster(drawn, cluster, hotClusters.has(i), isCovered(cluster, choice.selected ?? null));
  });
  for (const device of answer.devices) if (!choice.hidden.has(device.kind) && (!choice.abnormalOnly || isAbnormal(device.status))) drawDevice(drawn, device, choice);
  drawn.abnormal.sort((a, b) => Number(b.hot) - Number(a.hot) || statusOrder[b.status] - statusOrder[a.status] || b.alarm - a.alarm || b.warning - a.warning);
  return drawn;
}

/** The clusters that hold an unacknowledged critical: for each such place the nearest cluster in alarm. */
function hottest(clusters: readonly MapCluster[], hot: readonly Position[]): Set<number> {
  const found = new Set<number>();
  for (const place of hot) {
    let best = -1;
    clusters.forEach((cluster, i) => {
      if (cluster.counts.alarm > 0 && (best < 0 || metres(cluster, place) < metres(clusters[best] as MapCluster, place))) best = i;
    });
    if (best >= 0) found.add(best);
  }
  return found;
}

/** Whether the mark of the selection covers what stands at the upper right of a place. */
function isCovered(place: Position, selected: Choice['selected']): boolean {
  if (!selected) return false;
  const perDegree = (512 * 2 ** selected.zoom) / 360;
  const right = (selected.at.lon - place.lon) * perDegree;
  const up = ((selected.at.lat - place.lat) * perDegree) / Math.cos((place.lat * Math.PI) / 180);
  return right > 0 && right < 90 && Math.abs(up) < 48;
}

function drawCluster(drawn: Drawn, cluster: MapCluster, hot: boolean, covered: boolean): void {
  const radius = discRadius(cluster.count);
  const look = hot ? 'hot' : cluster.worst === 'alarm' ? 'alarm' : cluster.worst === 'warning' ? 'warning' : 'normal';
  const order = look === 'normal' ? 0 : look === 'warning' ? 1 : look === 'alarm' ? 2 : 3;
  drawn.marks.push(point(cluster, { image: `disc|${look}|${radius}|${short(cluster.count)}`, order, cluster: true, expansionZoom: cluster.expansionZoom }));
  if (look === 'normal') return;
  const { alarm, warning } = cluster.counts;
  drawn.badges.push(
    point(cluster, {
      image: `badge|${alarm}|${warning}`,
      anchor: covered ? 'bottom-right' : 'bottom-left',
      offset: [radius * (covered ? -0.5 : 0.5), -radius * 0.6],
      order,
      cluster: true,
      expansionZoom: cluster.expansionZoom,
    }),
  );
  drawn.abnormal.push({
    key: `c${cluster.lon.toFixed(5)},${cluster.lat.toFixed(5)}`,
    lon: cluster.lon,
    lat: cluster.lat,
    device: null,
    status: cluster.worst,
    hot,
    count: cluster.count,
    alarm,
    warning,
    name: null,
    radius,
    expansionZoom: cluster.expansionZoom,
  });
}

function drawDevice(drawn: Drawn, device: MapDevice, choice: Choice): void {
  const hot = choice.hotDevices.has(device.id);
  const abnormal = isAbnormal(device.status);
  const image = hot ? `mark|hot` : abnormal ? `mark|${device.status}|${device.kind}` : choice.icons ? `icon|${device.status}|${device.kind}` : 'disc|normal|5|';
  drawn.marks.push(point(device, { image, order: hot ? 13 : 10 + statusOrder[device.status] / 2, device: device.id, ...(device.name ? { name: device.name } : {}) }));
  if (abnormal || hot)
    drawn.abnormal.push({
      key: device.id,
      lon: device.lon,
      lat: device.lat,
      device: device.id,
      status: device.status,
      hot,
      count: 1,
      alarm: device.status === 'alarm' ? 1 : 0,
      warning: device.status === 'warning' ? 1 : 0,
      name: device.name,
      radius: 13,
      expansionZoom: 17,
    });
}
