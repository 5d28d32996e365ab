/** Every cover of a district tilts within a minute. */

import { until } from '../../kit/product.ts';
import { LiveView } from '../../kit/socket.ts';
import { quantile } from '../figures.ts';
import { pause } from '../happenings.ts';
import { atMost, less, type RunOptions, row, told } from '../row.ts';
import { devicesOf, Stand } from '../stand.ts';

const agents = 100;
/** Between two looks of somebody whose page is open, ms. */
const lookMs = 250;

interface Told {
  id: string;
  device: string;
  count: number;
  events: string[];
  case: string | null;
  alerts: string[];
}

/** A list, whole. */
async function listed(stand: Stand, path: string): Promise<Told[]> {
  const all: Told[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { items, next }: { items: Told[]; next: string | null } = await stand.admin.get(`${path}&limit=1000${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    all.push(...items);
    cursor = next;
  }
  return all;
}

export const storm = row({
  id: 'storm',
  figure: '16,000 covers tilt within 60 s: each one alert and at most one case, none lost',
  ours: {
    'alerts missing': atMost(0, ''),
    'alerts or cases too many': atMost(0, ''),
    'slowest page GET': atMost(1000, 'ms'),
    'page GET p50': less('ms'),
    'delta p50': less('ms'),
    'delta p99': atMost(1000, 'ms'),
    'all have their case after the last': less('s'),
    tilts: told('/s'),
  },
  beside: {},
  said: ['Keep documents 1,000 alerts a minute on 16 vCPU', "ThingsBoard's tests raise at most 20 alarms/s"],
  rounds: 1,
  seconds: 120,
  async run({ size }: RunOptions) {
    const devicesEach = size(160, 4);
    const covers = agents * devicesEach;
    const stand = await Stand.open({ agents, devicesEach });
    const live = await new LiveView(stand.admin).ready();
    try {
      const { admin } = stand;
      /** The device's clock is this machine's. */
      const deltas: number[] = [];
      const seen = new Set<string>();
      live.socket.on('delta', ({ alerts = [] }) => {
        const now = Date.now();
        for (const { id, lastTs } of alerts) {
          if (seen.has(id)) continue;
          seen.add(id);
          deltas.push(now - lastTs);
        }
      });
      const generator = stand.load({ connections: agents, window: devicesEach, shape: 'event', devicesEach, messages: covers, rate: covers / size(60, 4) });
      const pages: number[] = [];
      let over = false;
      const looking = (async () => {
        while (!over)
          for (const path of ['/', '/api/alerts?state=firing&limit=100', '/api/cases?limit=100', '/api/map?box=100,20,130,50&zoom=10']) {
            const from = performance.now();
            await admin.get(path);
            pages.push(performance.now() - from);
            await pause(lookMs);
          }
      })();
      const sent = await generator.done;
      const last = performance.now();
      await until('every tilt is an alert with its case', async () => (await admin.get('/api/cases?limit=1')).total >= covers, 120_000).catch(() => {});
      const after = (performance.now() - last) / 1000;
      over = true;
      await looking;
      await until('every alert has come to the client', () => seen.size >= covers, 10_000).catch(() => {});

      const alerts = await listed(stand, '/api/alerts?cause=tilt');
      const cases = await listed(stand, '/api/cases?');
      const raised = new Set(alerts.filter(({ count, events }) => count === 1 && events.length === 1).map(({ device }) => device));
      const missing = devicesOf(agents, devicesEach).filter((id) => !raised.has(id)).length;
      const tooMany = alerts.length - new Set(alerts.map(({ device }) => device)).size + cases.length - new Set(cases.flatMap((one) => one.alerts)).size;
      return {
        ours: {
          'alerts missing': missing + Math.max(0, covers - seen.size),
          'alerts or cases too many': tooMany,
          'slowest page GET': Math.max(...pages),
          'page GET p50': quantile(pages, 0.5),
          'delta p50': quantile(deltas, 0.5),
          'delta p99': quantile(deltas, 0.99),
          'all have their case after the last': after,
          tilts: sent.rate,
        },
        beside: {},
        raw: { sent, pages, deltas, alerts: alerts.length, cases: cases.length },
      };
    } finally {
      live.close();
      await stand.close();
    }
  },
});
