import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InfluxStore, type Series } from '../../../../cloud/telemetry/telemetry.ts';
import { reading, telemetryStoreContract } from '../../../contracts/telemetry-store.ts';
import { Influxd } from '../../../kit/influxd.ts';

const log = pino({ level: 'silent' });
const t0 = Date.UTC(2026, 10, 20);
const hour = 3_600_000;

let influxd: Influxd;
let databases = 0;
beforeAll(async () => {
  influxd = await new Influxd().start();
}, 30_000);
afterAll(() => influxd.close());

const target = (database: string) => ({ version: 1, url: influxd.url, database }) as const;
async function opened(database = `gw${++databases}`): Promise<InfluxStore> {
  const store = new InfluxStore({ target: target(database), log });
  await store.start();
  return store;
}

telemetryStoreContract('InfluxDB 1.x', async () => {
  let store = await opened();
  const { database } = store.address;
  return {
    store,
    away: () => influxd.stop(),
    back: async () => void (await influxd.start()),
    async restart() {
      await store.stop();
      store = await opened(database);
      return store;
    },
    close: () => store.stop(),
  };
});

describe('telemetry in InfluxDB 1.x', () => {
  let store: InfluxStore;
  beforeEach(async () => {
    store = await opened();
    return () => store.stop();
  });
  const values = async (metric: string, device = 'cover-1') => {
    const [series] = await store.query({ device, kind: 'manhole-cover', metrics: [metric], from: 0, to: Number.MAX_SAFE_INTEGER, maxPoints: 100_000 });
    return (series as Extract<Series, { value: unknown[] }>).value;
  };

  it('is measurement = kind, tag = device alone, one field for each metric, and the mark of an unset clock', async () => {
    await store.write([reading(t0, { tilt_deg: 22, water_over: true }, { clock: 'unset' })]);
    const { database } = store.address;
    expect((await influxd.ask('SHOW TAG KEYS FROM "manhole-cover"', database))?.values).toEqual([['device']]);
    expect((await influxd.ask('SHOW FIELD KEYS FROM "manhole-cover"', database))?.values).toEqual([
      ['clock', 'string'],
      ['tilt_deg', 'float'],
      ['water_over', 'boolean'],
    ]);
    expect(await influxd.ask('SELECT * FROM "manhole-cover"', database)).toMatchObject({
      columns: ['time', 'clock', 'device', 'tilt_deg', 'water_over'],
      values: [[t0, 'unset', 'cover-1', 22, true]],
    });
  });

  it('makes its database again when the server has lost it', async () => {
    await influxd.ask(`DROP DATABASE "${store.address.database}"`);
    expect(await store.write([reading(t0, { tilt_deg: 1 })])).toEqual([]);
    expect(await values('tilt_deg')).toEqual([1]);
  });

  it('finds the few refused among 20,000 and stores the rest', async () => {
    await store.write([reading(t0, { tilt_deg: 1, water_over: false, battery_v: 3 })]);
    const batch = Array.from({ length: 20_000 }, (_, i) => reading(t0 + i * 1000, { tilt_deg: i, battery_v: 3.5 }, { device: `cover-${i % 50}` }));
    const wrong = [0, 7_777, 7_778, 19_999];
    for (const i of wrong) (batch[i] as (typeof batch)[0]).values = i === 7_778 ? { water_over: 5 } : { tilt_deg: false };
    const rejected = await store.write(batch);
    expect(rejected.map(({ reading }) => batch.indexOf(reading)).sort((a, b) => a - b)).toEqual(wrong);
    for (const { reason } of rejected) expect(reason).toMatch(/^400 .*field type conflict/);
    expect((await influxd.ask('SELECT count(tilt_deg) FROM "manhole-cover"', store.address.database))?.values[0]?.[1]).toBe(20_000 - wrong.length + 1);
  });

  it('rejects what lies beyond the retention of the database, with the server’s reason', async () => {
    await influxd.ask(`ALTER RETENTION POLICY "autogen" ON "${store.address.database}" DURATION 24h SHARD DURATION 1h`);
    const now = Date.now();
    const rejected = await store.write([now, now - 72 * hour, now - 1000, now - 80 * hour].map((ts, i) => reading(ts, { tilt_deg: i })));
    expect(rejected.map(({ reading }) => reading.values.tilt_deg).sort()).toEqual([1, 3]);
    for (const { reason } of rejected) expect(reason).toMatch(/retention policy/);
    expect(await values('tilt_deg')).toEqual([2, 0]);
  });

  it('finds what is refused in one shard and taken in another', async () => {
    await influxd.ask(`ALTER RETENTION POLICY "autogen" ON "${store.address.database}" SHARD DURATION 1h`);
    await store.write([reading(t0, { tilt_deg: 1 }), reading(t0 + 10 * hour, { tilt_deg: true }, { device: 'cover-2' })]);
    const batch = [0, 10].flatMap((h) =>
      [1, 2, 3].flatMap((i) => [reading(t0 + h * hour + i * 1000, { tilt_deg: i }), reading(t0 + h * hour + i * 1000, { tilt_deg: i === 1 }, { device: 'cover-2' })]),
    );
    const rejected = await store.write(batch);
    const stored = batch.filter((one) => !rejected.some(({ reading }) => reading === one));
    expect(rejected).toHaveLength(6);
    for (const one of stored) expect(typeof one.values.tilt_deg).toBe(one.ts < t0 + hour ? 'number' : 'boolean');
  });

  it('says retry while the server is held, and nothing is there twice when it goes on', async () => {
    const slow = new InfluxStore({ target: target(store.address.database), log, requestMs: 300 });
    await slow.start();
    influxd.signal('SIGSTOP');
    try {
      await expect(slow.write([reading(t0, { tilt_deg: 1 })])).rejects.toMatchObject({ next: 'retry', code: 'influx-away' });
    } finally {
      influxd.signal('SIGCONT');
    }
    await slow.write([reading(t0, { tilt_deg: 1 })]);
    await slow.stop();
    expect(await values('tilt_deg')).toEqual([1]);
  });

  it('starts while the server is away', async () => {
    await influxd.stop();
    const early = new InfluxStore({ target: target(`gw${++databases}`), log });
    await early.start();
    await influxd.start();
    expect(await early.write([reading(t0, { tilt_deg: 1 })])).toEqual([]);
    await early.stop();
  });

  it('gives flags of more than one page in buckets', async () => {
    const n = 50_003;
    for (let at = 0; at < n; at += 20_000)
      await store.write(Array.from({ length: Math.min(20_000, n - at) }, (_, i) => reading(t0 + (at + i) * 1000, { water_over: (at + i) % 2 === 0 })));
    const [series] = await store.query({ device: 'cover-1', kind: 'manhole-cover', metrics: ['water_over'], from: t0, to: t0 + n * 1000, every: 24 * hour, maxPoints: 10 });
    expect(series).toEqual({ metric: 'water_over', ts: [t0], min: [0], mean: [expect.closeTo(0.5, 4)], max: [1], count: [n] });
  });

  it('escapes what has a meaning in InfluxQL and line protocol', async () => {
    const device = "a'b,c=d e";
    await store.write([reading(t0, { 'odd metric,=': 1 }, { device, kind: 'odd "kind", too' })]);
    const [series] = await store.query({ device, kind: 'odd "kind", too', metrics: ['odd metric,='], from: 0, to: t0 + 1, maxPoints: 10 });
    expect(series).toMatchObject({ ts: [t0], value: [1] });
  });
});
