/** What a reading costs on the disk, and a month of one of a thousand devices: the cloud's own telemetry file, filled by the store's own API while the cloud is down. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { EmbeddedStore, InfluxStore } from '../../../cloud/telemetry/telemetry.ts';
import { useSeals } from '../../../devices/database/database.ts';
import { TestClock } from '../../kit/clock.ts';
import { Influxd } from '../../kit/influxd.ts';
import { Cloud, until } from '../../kit/product.ts';
import { fillStore, metrics, type PastCover, pastCovers } from '../past.ts';
import { folderBytes } from '../proc.ts';
import { atMost, less, type RunOptions, row, told } from '../row.ts';
import { registerDevices } from '../stand.ts';
import { timed } from '../timed.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const log = pino({ level: 'silent' });
/** So long nothing has changed in InfluxDB's folder, and it has packed what it packs. */
const stillMs = 8000;
/** It snapshots its cache and packs its files soon, not after its usual ten minutes and four hours. */
const soon = `  cache-snapshot-write-cold-duration = "2s"
  compact-full-write-cold-duration = "4s"`;

/** A cloud that has its devices and is down, its telemetry file filled with what they said until `to`, all days packed. */
async function filled(covers: readonly PastCover[], from: number, to: number, stepMs: number): Promise<{ cloud: Cloud; readings: number; bytes: number; free: number }> {
  const cloud = await new Cloud().start();
  await registerDevices(
    await cloud.signIn(),
    covers.map((_, i) => ({ id: `past-${i}` })),
  );
  await cloud.end();
  const file = join(cloud.folder, 'data/telemetry.db');
  const db = new Database(file);
  useSeals(db);
  const clock = new TestClock(from);
  const store = new EmbeddedStore({ db, clock, log });
  const before = statSync(file).size;
  await store.start();
  const readings = await fillStore(store, covers, from, to, stepMs, (ts) => clock.setWall(ts));
  clock.setWall(to + dayMs);
  store.packAll();
  const [{ ts }] = (await store.query({ device: 'past-1', kind: 'manhole-cover', metrics: [metrics[0]], from, to, maxPoints: readings })) as unknown as [{ ts: number[] }];
  if (ts.length * covers.length !== readings) throw new Error(`of ${readings / covers.length} readings of a device ${ts.length} are there`);
  await store.stop();
  db.pragma('wal_checkpoint(TRUNCATE)');
  const ask = (pragma: string) => db.pragma(pragma, { simple: true }) as number;
  const free = ask('freelist_count') * ask('page_size');
  db.close();
  return { cloud, readings, bytes: statSync(file).size - free - before, free };
}

/** The same day in an InfluxDB, until it has packed it. */
async function influxBytes(covers: readonly PastCover[], from: number, to: number): Promise<number> {
  const influxd = await new Influxd(soon).start();
  try {
    const store = new InfluxStore({ target: { version: 1, url: influxd.url, database: 'day' }, log });
    await store.start();
    const readings = await fillStore(store, covers, from, to, minuteMs);
    await store.stop();
    let bytes = 0;
    let since = performance.now();
    await until(
      'it has packed',
      () => {
        const now = folderBytes(influxd.dir);
        if (now !== bytes) since = performance.now();
        bytes = now;
        return performance.now() - since > stillMs;
      },
      90_000,
    );
    return bytes / readings;
  } finally {
    await influxd.close();
  }
}

export const storeSize = row({
  id: 'store-size',
  figure: 'embedded store: bytes on the disk for a reading of 5 values, after a day of 1,000 covers each minute; 30 days of one of 1,000 devices at 10 minutes over HTTP',
  ours: {
    'a reading': atMost(15, 'B'),
    'and kept free for the next day': told('MB'),
    '30 days, p50': atMost(50, 'ms'),
    '30 days, first': less('ms'),
    '30 days, five metrics': less('ms'),
  },
  beside: { "InfluxDB's own folder, a reading": less('B') },
  ratio: ['a reading', "InfluxDB's own folder, a reading"],
  said: ['the same values, of simulated covers; filled by the stores’ own API'],
  rounds: 1,
  seconds: 150,
  async run({ size, say }: RunOptions) {
    const today = Math.floor(Date.now() / dayMs) * dayMs;
    const covers = pastCovers(size(1000, 50));
    const day = await filled(covers, today - 2 * dayMs, today - dayMs, minuteMs);
    await day.cloud.remove();
    say(`${day.readings} readings, ${day.bytes} bytes`);
    const theirs = await influxBytes(covers, today - 2 * dayMs, today - dayMs);
    const days = size(30, 3);
    const month = await filled(covers, today - (days + 1) * dayMs, today - dayMs, 10 * minuteMs);
    try {
      await month.cloud.start();
      const admin = await month.cloud.signIn();
      let n = 0;
      const ask = (wanted: string) => () => admin.get(`/api/devices/past-${(n++ * 7) % covers.length}/telemetry?metric=${wanted}&from=${today - (days + 1) * dayMs}&to=${today}`);
      const one = await timed(size(60, 5), ask(metrics[0]));
      const all = await timed(size(60, 5), ask(metrics.join(',')));
      return {
        ours: {
          'a reading': day.bytes / day.readings,
          'and kept free for the next day': day.free / 1e6,
          '30 days, p50': one.p50,
          '30 days, first': one.first,
          '30 days, five metrics': all.p50,
        },
        beside: { "InfluxDB's own folder, a reading": theirs },
        raw: { day: { readings: day.readings, bytes: day.bytes, free: day.free }, month: { readings: month.readings, bytes: month.bytes, free: month.free }, one, all },
      };
    } finally {
      await month.cloud.remove();
    }
  },
});
