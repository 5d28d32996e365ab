/** What every telemetry store promises; run over each of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredReading, TelemetryQuery, TelemetryStore } from '../../cloud/telemetry/telemetry.ts';
import type { Values } from '../../devices/kinds/kinds.ts';

export interface StoreUnderTest {
  store: TelemetryStore;
  /** It can take nothing until `back`. */
  away(): Promise<void>;
  back(): Promise<void>;
  /** Ends the store and opens what it kept with a new one. */
  restart(): Promise<TelemetryStore>;
  close(): Promise<void>;
}

const hour = 3_600_000;
/** The start of an hour and of a UTC day. */
const t0 = Date.UTC(2026, 10, 20);

export const reading = (ts: number, values: Values, over: Partial<StoredReading> = {}): StoredReading => ({
  device: 'cover-1',
  kind: 'manhole-cover',
  ts,
  rx: ts + 40,
  clock: 'ok',
  values,
  ...over,
});

const ask = (metrics: string[], over: Partial<TelemetryQuery> = {}): TelemetryQuery => ({
  device: 'cover-1',
  kind: 'manhole-cover',
  metrics,
  from: t0 - hour,
  to: t0 + 48 * hour,
  maxPoints: 200_000,
  ...over,
});

export function telemetryStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a telemetry store`, () => {
    let subject: StoreUnderTest;
    let store: TelemetryStore;
    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.close());

    it('gives back what was written, bit for bit, in order of device time', async () => {
      const tilts = [0.1 + 0.2, -1 / 3, 22.4, 1e-7, 123456789.125, 5e-324, 1.7976931348623157e308, 0];
      const batch = tilts.map((tilt_deg, i) => reading(t0 + i * 1000, { tilt_deg, battery_v: 3.58 }));
      expect(await store.write([...batch].reverse())).toEqual([]);
      expect(await store.query(ask(['tilt_deg', 'battery_v']))).toEqual([
        { metric: 'tilt_deg', ts: batch.map(({ ts }) => ts), value: tilts },
        { metric: 'battery_v', ts: batch.map(({ ts }) => ts), value: tilts.map(() => 3.58) },
      ]);
    });

    it('keeps flags as flags', async () => {
      await store.write([reading(t0, { water_over: true, tilt_deg: 1 }), reading(t0 + 1000, { water_over: false }), reading(t0 + 2000, { tilt_deg: 2 })]);
      expect(await store.query(ask(['water_over', 'tilt_deg']))).toEqual([
        { metric: 'water_over', ts: [t0, t0 + 1000], value: [true, false] },
        { metric: 'tilt_deg', ts: [t0, t0 + 2000], value: [1, 2] },
      ]);
    });

    it('takes the same device and ts again as the same reading: what it carries overwrites, the rest stays', async () => {
      await store.write([reading(t0, { tilt_deg: 1, battery_v: 3.5 }), reading(t0 + 1000, { tilt_deg: 2 })]);
      await store.write([reading(t0, { tilt_deg: 1, battery_v: 3.5 }), reading(t0 + 1000, { tilt_deg: 7 })]);
      await store.write([reading(t0, { battery_v: 3.4 }), reading(t0 + 2000, { tilt_deg: 8 }), reading(t0 + 2000, { tilt_deg: 9 })]);
      expect(await store.query(ask(['tilt_deg', 'battery_v']))).toEqual([
        { metric: 'tilt_deg', ts: [t0, t0 + 1000, t0 + 2000], value: [1, 7, 9] },
        { metric: 'battery_v', ts: [t0], value: [3.4] },
      ]);
    });

    it('tells devices and metrics apart, and knows nothing of those never heard of', async () => {
      await store.write([reading(t0, { tilt_deg: 1 }), reading(t0, { tilt_deg: 2 }, { device: 'cover-2' })]);
      expect(await store.query(ask(['tilt_deg'], { device: 'cover-2' }))).toEqual([{ metric: 'tilt_deg', ts: [t0], value: [2] }]);
      expect(await store.query(ask(['tilt_deg', 'snr_db'], { device: 'cover-9' }))).toEqual([
        { metric: 'tilt_deg', ts: [], value: [] },
        { metric: 'snr_db', ts: [], value: [] },
      ]);
      expect(await store.query(ask(['snr_db']))).toEqual([{ metric: 'snr_db', ts: [], value: [] }]);
      expect(await store.query(ask(['snr_db'], { every: hour }))).toEqual([{ metric: 'snr_db', ts: [], min: [], mean: [], max: [], count: [] }]);
    });

    it('takes from as within and to as without', async () => {
      await store.write([0, 1, 2, 3].map((i) => reading(t0 + i, { tilt_deg: i })));
      expect(await store.query(ask(['tilt_deg'], { from: t0 + 1, to: t0 + 3 }))).toEqual([{ metric: 'tilt_deg', ts: [t0 + 1, t0 + 2], value: [1, 2] }]);
      expect(await store.query(ask(['tilt_deg'], { from: t0 + 3, to: t0 + 3 }))).toEqual([{ metric: 'tilt_deg', ts: [], value: [] }]);
    });

    it('keeps history that comes after what is newer in its place', async () => {
      await store.write([reading(t0 + 30 * hour, { tilt_deg: 30 })]);
      for (const i of [5, 3, 26, 4]) await store.write([reading(t0 + i * hour, { tilt_deg: i })]);
      expect(await store.query(ask(['tilt_deg']))).toEqual([{ metric: 'tilt_deg', ts: [3, 4, 5, 26, 30].map((i) => t0 + i * hour), value: [3, 4, 5, 26, 30] }]);
    });

    it('gives min, mean, max and count of buckets that begin at whole multiples since 1970, without the empty ones', async () => {
      const every = 7 * 60_000;
      const first = Math.ceil(t0 / every) * every;
      await store.write([
        reading(first - 1, { tilt_deg: 5, water_over: true }),
        reading(first, { tilt_deg: 2, water_over: false }),
        reading(first + 1000, { tilt_deg: 4 }),
        reading(first + every - 1, { tilt_deg: 9, water_over: true }),
        reading(first + 3 * every, { tilt_deg: -1.5 }),
      ]);
      expect(await store.query(ask(['tilt_deg', 'water_over'], { every }))).toEqual([
        { metric: 'tilt_deg', ts: [first - every, first, first + 3 * every], min: [5, 2, -1.5], mean: [5, 5, -1.5], max: [5, 9, -1.5], count: [1, 3, 1] },
        { metric: 'water_over', ts: [first - every, first], min: [1, 0], mean: [1, 0.5], max: [1, 1], count: [1, 2] },
      ]);
    });

    it('counts only what lies in the range asked for into its first and last bucket', async () => {
      await store.write([0, 1, 2, 3, 4, 5].map((i) => reading(t0 + i * 1000, { tilt_deg: i })));
      expect(await store.query(ask(['tilt_deg'], { from: t0 + 1000, to: t0 + 5000, every: 3000 }))).toEqual([
        { metric: 'tilt_deg', ts: [t0, t0 + 3000], min: [1, 3], mean: [1.5, 3.5], max: [2, 4], count: [2, 2] },
      ]);
    });

    it('refuses more points than asked for, and names an every that fits', async () => {
      await store.write(Array.from({ length: 300 }, (_, i) => reading(t0 + i * 60_000, { tilt_deg: i, battery_v: 3 })));
      const query = ask(['tilt_deg', 'battery_v'], { to: t0 + 300 * 60_000, maxPoints: 200 });
      const refused = await store.query(query).then(
        () => null,
        (error) => error,
      );
      expect(refused).toMatchObject({ next: 'reject', code: 'too-many-points', message: expect.stringMatching(/every=\d+[smhd] fits/) });
      const [, n, unit] = /every=(\d+)([smhd])/.exec(refused.message) as RegExpExecArray;
      const every = Number(n) * { s: 1000, m: 60_000, h: hour, d: 24 * hour }[unit as 's'];
      const series = await store.query({ ...query, every });
      expect(series.reduce((sum, { ts }) => sum + ts.length, 0)).toBeLessThanOrEqual(200);
      expect(series.map((one) => ('count' in one ? one.count.reduce((a, b) => a + b) : 0))).toEqual([300, 300]);
      await expect(store.query({ ...query, every: 60_000 })).rejects.toMatchObject({ code: 'too-many-points' });
      expect((await store.query({ ...query, maxPoints: 600 }))[0]?.ts).toHaveLength(300);
    });

    it('rejects a reading of the wrong type alone, with the reason', async () => {
      await store.write([reading(t0, { tilt_deg: 1, water_over: true })]);
      const wrong = [reading(t0 + 2000, { tilt_deg: true, battery_v: 3 }), reading(t0 + 4000, { water_over: 1 })];
      const right = [1, 3, 5].map((i) => reading(t0 + i * 1000, { tilt_deg: i, water_over: false }));
      const rejected = await store.write([right[0], wrong[0], right[1], wrong[1], right[2]] as StoredReading[]);
      expect(rejected.map(({ reading }) => reading.ts).sort()).toEqual(wrong.map(({ ts }) => ts));
      for (const { reason } of rejected) expect(reason).toMatch(/field type conflict/);
      expect(await store.query(ask(['tilt_deg', 'water_over', 'battery_v']))).toEqual([
        { metric: 'tilt_deg', ts: [0, 1, 3, 5].map((i) => t0 + i * 1000), value: [1, 1, 3, 5] },
        { metric: 'water_over', ts: [0, 1, 3, 5].map((i) => t0 + i * 1000), value: [true, false, false, false] },
        { metric: 'battery_v', ts: [], value: [] },
      ]);
    });

    it('says retry when it can take nothing now, and takes the same batch when it can again', async () => {
      await store.write([reading(t0, { tilt_deg: 1 })]);
      const batch = Array.from({ length: 2000 }, (_, i) => reading(t0 + i * 1000, { tilt_deg: i / 10, battery_v: 3.5, temperature_c: i }));
      await subject.away();
      await expect(store.write(batch)).rejects.toMatchObject({ next: 'retry' });
      await subject.back();
      expect(await store.write(batch)).toEqual([]);
      const [tilt] = await store.query(ask(['tilt_deg']));
      expect(tilt).toEqual({ metric: 'tilt_deg', ts: batch.map(({ ts }) => ts), value: batch.map((_, i) => i / 10) });
    });

    it('has everything after a restart', async () => {
      await store.write([reading(t0, { tilt_deg: 1, water_over: true }), reading(t0 + 1000, { tilt_deg: 2 }, { clock: 'unset' })]);
      store = await subject.restart();
      await store.write([reading(t0 + 2000, { tilt_deg: 3 }), reading(t0, { tilt_deg: 4 })]);
      expect(await store.query(ask(['tilt_deg', 'water_over']))).toEqual([
        { metric: 'tilt_deg', ts: [t0, t0 + 1000, t0 + 2000], value: [4, 2, 3] },
        { metric: 'water_over', ts: [t0], value: [true] },
      ]);
    });

    it('takes an empty batch, and stop twice', async () => {
      expect(await store.write([])).toEqual([]);
      await store.stop();
      await store.stop();
    });
  });
}
