/** A device's month as a chart: through the product's API, and beside it the same question put to InfluxDB by hand. */
import { manholeCover } from '../../../devices/kinds/manhole-cover.ts';
import { publish, until } from '../../kit/product.ts';
import { metrics, PastCover } from '../past.ts';
import { atMost, less, type RunOptions, row } from '../row.ts';
import { loads } from '../shapes.ts';
import { registerAgents, registerDevices, Stand, type Store } from '../stand.ts';
import { type Timed, timed } from '../timed.ts';

const stepMs = 60_000;
const days = 30;
const dayMs = 86_400_000;
/** Readings of one publish. */
const batch = 200;
const metric = metrics[0];
const device = 'chart-1';

/** The month is published as a gateway's backlog; then others say so much that it is no longer among the newest. */
async function withMonth(store: Store, readings: number, others: number): Promise<{ stand: Stand; from: number; to: number }> {
  const stand = await Stand.open({ store, agents: loads.batches.connections, devicesEach: loads.batches.devicesEach });
  const { admin, cloud } = stand;
  const [token] = (await registerAgents(admin, ['gw-chart'])) as [string];
  await registerDevices(admin, [{ id: device, agent: 'gw-chart' }]);
  const to = Math.floor(Date.now() / stepMs) * stepMs;
  const from = to - readings * stepMs;
  const past = new PastCover(1);
  const wire = await cloud.connect('gw-chart', token);
  for (let n = 0; n < readings; n += batch) {
    const some = Array.from({ length: Math.min(batch, readings - n) }, (_, k) => ({
      device,
      boot: 1,
      seq: n + k,
      ts: from + (n + k) * stepMs,
      values: past.at(from + (n + k) * stepMs),
    }));
    await publish(wire, 'gw/v1/gw-chart/telemetry', some);
  }
  await wire.endAsync();
  const { acked } = await stand.load({ ...loads.batches, messages: others / loads.batches.devicesEach }).done;
  await until('all is stored', async () => (await stand.counts()).stored >= readings + acked * loads.batches.devicesEach, 60_000);
  return { stand, from, to };
}

async function asked(store: Store, { size }: RunOptions): Promise<{ ours: Timed; all: Timed; byHand: Timed | null; buckets: number }> {
  const readings = size((days * dayMs) / stepMs, 2000);
  // The embedded store keeps 200,000 hot.
  const { stand, from, to } = await withMonth(store, readings, size(300_000, 5000));
  try {
    const times = size(40, 5);
    const path = (wanted: string) => `/api/devices/${device}/telemetry?metric=${wanted}&from=${from}&to=${to}&every=5m`;
    const { series } = await stand.admin.get(path(metric));
    const counted = (series[0].count as number[]).reduce((a, b) => a + b, 0);
    if (counted !== readings) throw new Error(`${readings} readings were stored, the chart holds ${counted}`);
    const ours = await timed(times, () => stand.admin.get(path(metric)));
    const all = await timed(times, () => stand.admin.get(path(metrics.join(','))));
    const where = `device = '${device}' and time >= ${from}ms and time < ${to}ms group by time(5m) fill(none)`;
    const { influxd } = stand;
    const byHand =
      influxd &&
      (await timed(times, () => influxd.ask(`select min(${metric}), mean(${metric}), max(${metric}), count(${metric}) from "${manholeCover.id}" where ${where}`, 'bench')));
    return { ours, all, byHand, buckets: series[0].ts.length };
  } finally {
    await stand.close();
  }
}

export const chart = row({
  id: 'chart',
  figure: `30 days of one device (43,200 readings) as a chart of one metric, every=5m, over HTTP; ${(loads.batches.connections * loads.batches.devicesEach).toLocaleString('en-US')} other devices in the store`,
  ours: {
    'InfluxDB p50': atMost(50, 'ms'),
    'embedded p50': atMost(50, 'ms'),
    'InfluxDB p99': less('ms'),
    'embedded p99': less('ms'),
    'InfluxDB, five metrics': less('ms'),
    'embedded, five metrics': less('ms'),
  },
  beside: { 'InfluxQL by hand, p50': less('ms') },
  ratio: ['InfluxDB p50', 'InfluxQL by hand, p50'],
  rounds: 1,
  seconds: 60,
  async run(options: RunOptions) {
    const influx = await asked('InfluxDB', options);
    const embedded = await asked('embedded', options);
    return {
      ours: {
        'InfluxDB p50': influx.ours.p50,
        'embedded p50': embedded.ours.p50,
        'InfluxDB p99': influx.ours.p99,
        'embedded p99': embedded.ours.p99,
        'InfluxDB, five metrics': influx.all.p50,
        'embedded, five metrics': embedded.all.p50,
      },
      beside: { 'InfluxQL by hand, p50': influx.byHand?.p50 ?? 'was not asked' },
      notes: [`${influx.buckets.toLocaleString('en-US')} buckets`],
      raw: { influx, embedded },
    };
  },
});
