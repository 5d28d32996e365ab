import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import type { Series, StoredReading } from '../../../../cloud/telemetry/telemetry.ts';
import { reading, telemetryStoreContract } from '../../../contracts/telemetry-store.ts';
import { EmbeddedUnderTest } from '../../../kit/embedded-store.ts';
import { fc, runs } from '../../../kit/fuzz.ts';

const hour = 3_600_000;
const day = 24 * hour;
const t0 = Date.UTC(2026, 10, 20);

telemetryStoreContract('the embedded store', () => new EmbeddedUnderTest(t0 + 12 * hour).open());

describe('the embedded store', () => {
  let subject: EmbeddedUnderTest;
  const open = async (wall = t0 + 12 * hour) => {
    subject = await new EmbeddedUnderTest(wall).open();
    return subject;
  };
  afterEach(() => subject.close());

  const count = (table: string) => subject.db.prepare(`select count(*) as n from telemetry_${table}`).pluck().get() as number;
  const all = async (metric: string, device = 'cover-1') =>
    (await subject.store.query({ device, kind: 'manhole-cover', metrics: [metric], from: 0, to: Number.MAX_SAFE_INTEGER, maxPoints: 1_000_000 }))[0] as Extract<
      Series,
      { value: unknown[] }
    >;

  it('packs what is two hours hot, and the days that are over into one block each', async () => {
    await open();
    const batch = [0, 1].flatMap((d) => Array.from({ length: 144 }, (_, i) => reading(t0 + d * day + i * 600_000, { tilt_deg: i / 10 }, { device: `cover-${d}` })));
    await subject.store.write(batch);
    expect(count('hot')).toBe(1);
    subject.clock.advance(2 * hour + 10);
    expect([count('hot'), count('fresh'), count('packed')]).toEqual([0, 2, 0]);
    subject.clock.advance(day);
    expect([count('fresh'), count('packed')]).toEqual([1, 1]);
    subject.clock.advance(day);
    expect([count('fresh'), count('packed')]).toEqual([0, 2]);
    for (const d of [0, 1])
      expect(await all('tilt_deg', `cover-${d}`)).toMatchObject({
        ts: batch.slice(d * 144, d * 144 + 144).map(({ ts }) => ts),
        value: Array.from({ length: 144 }, (_, i) => i / 10),
      });
  });

  it('is idempotent by device and ts across what is hot, fresh and packed', async () => {
    await open(t0 + 3 * day);
    const batch = Array.from({ length: 100 }, (_, i) => reading(t0 + i * 60_000, { tilt_deg: i, battery_v: 3.5 }));
    await subject.store.write(batch);
    subject.store.packAll();
    expect([count('hot'), count('fresh'), count('packed')]).toEqual([0, 0, 1]);
    await subject.store.write(batch.slice(0, 50));
    await subject.store.write([reading(t0 + 10 * 60_000, { tilt_deg: 999 })]);
    const expected = batch.map((_, i) => (i === 10 ? 999 : i));
    expect((await all('tilt_deg')).value).toEqual(expected);
    subject.store.packAll();
    expect([count('hot'), count('fresh'), count('packed')]).toEqual([0, 0, 1]);
    expect((await all('tilt_deg')).value).toEqual(expected);
    expect((await all('battery_v')).value).toEqual(batch.map(() => 3.5));
  });

  it('writes anew only the blocks that a late reading falls into', async () => {
    await open(t0 + 3 * day);
    await subject.store.write(Array.from({ length: 20_000 }, (_, i) => reading(t0 + i * 4000, { tilt_deg: i })));
    subject.store.packAll();
    const blocks = () => subject.db.prepare('select key, hex(data) as data from telemetry_packed').all() as { key: number; data: string }[];
    const before = blocks();
    expect(before.length).toBe(5);
    await subject.store.write([reading(t0 + 1, { tilt_deg: -1 })]);
    subject.store.packAll();
    const changed = blocks().filter(({ key, data }) => before.find((one) => one.key === key)?.data !== data);
    expect(changed).toHaveLength(1);
    expect((await all('tilt_deg')).value.slice(0, 3)).toEqual([0, -1, 1]);
    expect((await all('tilt_deg')).ts).toHaveLength(20_001);
  });

  it('merges the many small blocks of a backlog as they come, so that their number is bounded', async () => {
    await open(t0 + 12 * hour);
    for (let i = 0; i < 200; i++) {
      await subject.store.write(['cover-1', 'cover-2'].map((device) => reading(t0 + i * 60_000, { tilt_deg: i }, { device })));
      subject.store.packAll();
    }
    expect(count('fresh')).toBeLessThanOrEqual(64);
    expect(count('packed')).toBe(2);
    expect((await all('tilt_deg')).value).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('has each reading once after a kill between two bites of packing', async () => {
    await open();
    const batch = Array.from({ length: 50 }, (_, i) => reading(t0 + i * 60_000, { tilt_deg: i }, { device: `cover-${i % 5}` }));
    await subject.store.write(batch);
    // The state a kill leaves: some of the blocks are on the shelf, the hot rows still in their table.
    const hot = subject.db.prepare('select n, crc, data from telemetry_hot').all() as { n: number; crc: number; data: Buffer }[];
    subject.store.packAll();
    for (const { n, crc, data } of hot) subject.db.prepare('insert into telemetry_hot (n, crc, data) values (?, ?, ?)').run(n, crc, data);
    subject.db.prepare('delete from telemetry_fresh where key = (select max(key) from telemetry_fresh)').run();
    await subject.restart();
    for (let d = 0; d < 5; d++) expect((await all('tilt_deg', `cover-${d}`)).value).toEqual(batch.map((_, i) => i).filter((i) => i % 5 === d));
    subject.store.packAll();
    for (let d = 0; d < 5; d++) expect((await all('tilt_deg', `cover-${d}`)).value).toHaveLength(10);
  });

  it('commits what is handed in beside the readings with them, or neither', async () => {
    await open();
    subject.db.exec('create table cursor (row integer)');
    const set = (row: number) => () => void subject.db.prepare('insert into cursor values (?)').run(row);
    subject.store.commit([reading(t0, { tilt_deg: 1 })], set(7));
    expect(() =>
      subject.store.commit([reading(t0 + 1, { snr_db: 2 }, { device: 'cover-new' })], () => {
        set(8)();
        throw new Error('the disk is gone');
      }),
    ).toThrow(expect.objectContaining({ next: 'retry', message: expect.stringContaining('the disk is gone') }));
    expect(subject.db.prepare('select row from cursor').pluck().all()).toEqual([7]);
    subject.store.commit([reading(t0 + 2, { snr_db: 3 }, { device: 'cover-other' })], set(9));
    await subject.restart();
    expect((await all('tilt_deg')).ts).toEqual([t0]);
    expect((await all('snr_db', 'cover-new')).ts).toEqual([]);
    expect((await all('snr_db', 'cover-other')).value).toEqual([3]);
  });

  it('names a block that is not what was written, passes over it, and never gives a wrong value', async () => {
    await open(t0 + 5 * day);
    for (const d of [0, 1]) await subject.store.write(Array.from({ length: 300 }, (_, i) => reading(t0 + d * day + i * 60_000, { tilt_deg: Math.sin(i) })));
    subject.store.packAll();
    const { key, data } = subject.db.prepare('select key, data from telemetry_packed order by key limit 1').get() as { key: number; data: Buffer };
    data[data.length - 20] = (data[data.length - 20] as number) ^ 4;
    subject.db.prepare('update telemetry_packed set data = ? where key = ?').run(data, key);
    expect((await all('tilt_deg')).ts).toEqual(Array.from({ length: 300 }, (_, i) => t0 + day + i * 60_000));
    expect(subject.store.damaged).toBe(1);
  });

  it('names a block whose span was changed, and one that stands in the place of another', async () => {
    await open(t0 + 5 * day);
    for (const device of ['cover-1', 'cover-2', 'cover-3']) await subject.store.write(Array.from({ length: 300 }, (_, i) => reading(t0 + i * 60_000, { tilt_deg: i }, { device })));
    subject.store.packAll();
    const [one, two] = subject.db.prepare('select key, data from telemetry_packed order by key').all() as { key: number; data: Buffer }[];
    if (!one || !two) throw new Error('two blocks');
    // Behind form and checksum: the count, then the first ts; another day.
    one.data[10] = (one.data[10] as number) ^ 8;
    subject.db.prepare('update telemetry_packed set data = ? where key = ?').run(one.data, one.key);
    subject.db.prepare('update telemetry_packed set key = key + 1 where key = ?').run(two.key);
    for (const device of ['cover-1', 'cover-2']) expect((await all('tilt_deg', device)).ts).toEqual([]);
    expect(subject.store.damaged).toBe(2);
    expect((await all('tilt_deg', 'cover-3')).ts).toHaveLength(300);
  });

  it('keeps readings where they are while the disk refuses to have them packed, and packs them when there is room', async () => {
    await open();
    await subject.store.write(Array.from({ length: 3000 }, (_, i) => reading(t0 + i * 10_000, { tilt_deg: Math.sin(i) }, { device: `cover-${i % 100}` })));
    await subject.away();
    subject.clock.advance(2 * hour + 10);
    expect([count('hot'), count('fresh')]).toEqual([1, 0]);
    expect((await all('tilt_deg', 'cover-7')).ts).toHaveLength(30);
    await subject.back();
    subject.clock.advance(10_001);
    expect([count('hot'), count('fresh')]).toEqual([0, 100]);
    expect((await all('tilt_deg', 'cover-7')).ts).toHaveLength(30);
  });

  it('holds a bounded number of readings hot, however fast they come', async () => {
    await open();
    for (let at = 0; at < 450_000; at += 10_000) {
      await subject.store.write(Array.from({ length: 10_000 }, (_, i) => reading(t0 + Math.floor((at + i) / 500) * 1000, { tilt_deg: i }, { device: `cover-${i % 500}` })));
      expect(subject.store.hotRows).toBeLessThanOrEqual(400_000);
    }
    for (const device of ['cover-0', 'cover-499']) expect((await all('tilt_deg', device)).ts).toEqual(Array.from({ length: 900 }, (_, i) => t0 + i * 1000));
  });

  it('names a hot row that is not what was written, and keeps the others', async () => {
    await open();
    for (let i = 0; i < 3; i++) await subject.store.write([reading(t0 + i, { tilt_deg: i })]);
    subject.db.prepare('update telemetry_hot set crc = crc + 1 where n = 2').run();
    await subject.restart();
    expect((await all('tilt_deg')).value).toEqual([0, 2]);
    expect(subject.store.damaged).toBe(1);
    await subject.store.write([reading(t0 + 9, { tilt_deg: 9 })]);
    expect(count('hot')).toBe(4);
  });

  it('names hot rows that are gone', async () => {
    await open();
    for (let i = 0; i < 4; i++) await subject.store.write([reading(t0 + i, { tilt_deg: i })]);
    subject.db.prepare('delete from telemetry_hot where n in (2, 3)').run();
    await subject.restart();
    expect((await all('tilt_deg')).value).toEqual([0, 3]);
    expect(subject.store.damaged).toBe(1);
  });

  it('rejects what no time or value is', async () => {
    await open();
    const bad: StoredReading[] = [
      reading(-1, { tilt_deg: 1 }),
      reading(t0 + 0.5, { tilt_deg: 1 }),
      reading(9e15, { tilt_deg: 1 }),
      reading(t0, { tilt_deg: Number.NaN }),
      reading(t0, {}),
    ];
    expect(await subject.store.write([...bad, reading(t0, { tilt_deg: 5 })])).toHaveLength(5);
    expect((await all('tilt_deg')).value).toEqual([5]);
  });

  it('keeps a day of readings every ten minutes of 200 devices in at most 15 bytes each', async () => {
    await open(t0 + 2 * day);
    let seed = 1;
    const noise = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const two = (value: number) => Math.round(value * 100) / 100;
    for (let i = 0; i < 144; i++)
      await subject.store.write(
        Array.from({ length: 200 }, (_, d) =>
          reading(
            t0 + i * 600_000 + Math.floor(noise() * 2000),
            {
              tilt_deg: two(1 + noise()),
              battery_v: two(3.5 + noise() / 50),
              temperature_c: two(20 + noise()),
              rssi_dbm: Math.round(-90 + 9 * noise()),
              water_level_mm: Math.round(100 * noise()),
            },
            { device: `cover-${d}` },
          ),
        ),
      );
    subject.store.packAll();
    const bytes = subject.db.prepare("select sum(pgsize) from dbstat where name like 'telemetry_%'").pluck().get() as number;
    expect(bytes / (144 * 200)).toBeLessThan(15);
  });

  it('gives the same answer as a plain list, whatever was written in whatever order and packed whenever', async () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -1000, max: 1000 }).map((n) => n / 100),
    );
    const one = fc.record({
      at: fc.integer({ min: 0, max: 400 }),
      device: fc.constantFrom('a', 'b'),
      values: fc.record({ tilt_deg: value, water_over: fc.boolean() }, { requiredKeys: [] }),
    });
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.array(one, { maxLength: 30 }) },
      { weight: 2, arbitrary: fc.constant('pack' as const) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await open(t0 + 1.5 * day);
        try {
          const plain = new Map<string, Map<number, Record<string, number | boolean>>>();
          for (const step of steps) {
            if (step === 'pack') subject.store.packAll();
            else if (step === 'restart') await subject.restart();
            else {
              const batch = step.filter(({ values }) => Object.keys(values).length > 0).map(({ at, device, values }) => reading(t0 + at * 600_000, values, { device }));
              await subject.store.write(batch);
              for (const { device, ts, values } of batch) {
                const ofDevice = plain.get(device) ?? new Map();
                plain.set(device, ofDevice.set(ts, { ...ofDevice.get(ts), ...values }));
              }
            }
          }
          for (const device of ['a', 'b'])
            for (const metric of ['tilt_deg', 'water_over']) {
              const expected = [...(plain.get(device) ?? [])].filter(([, values]) => metric in values).sort(([a], [b]) => a - b);
              expect(await all(metric, device)).toEqual({ metric, ts: expected.map(([ts]) => ts), value: expected.map(([, values]) => values[metric]) });
            }
        } finally {
          await subject.close();
        }
      }),
      runs(40),
    );
    await open();
  });
});

it('a file that another handle reads meanwhile is no trouble', async () => {
  const subject = await new EmbeddedUnderTest(t0).open();
  const other = new Database(subject.file, { readonly: true });
  await subject.store.write([reading(t0, { tilt_deg: 1 })]);
  expect(other.prepare('select count(*) from telemetry_hot').pluck().get()).toBe(1);
  other.close();
  await subject.close();
});
