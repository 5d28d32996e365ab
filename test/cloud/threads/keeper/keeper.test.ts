import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { cameraFacts, coverFacts } from '../../../kit/facts.ts';
import { Kept } from '../../../kit/kept.ts';

describe('the keeper of telemetry', () => {
  let kept: Kept;
  const open = async (devices = [coverFacts(), cameraFacts()]) => {
    kept = await new Kept().open(devices);
    return kept;
  };
  afterEach(() => kept.close());

  const full = () => kept.db.pragma(`max_page_count = ${kept.db.pragma('page_count', { simple: true })}`);
  const roomy = () => kept.db.pragma('max_page_count = 1073741823');
  /** Enough to need a page of its own. */
  const many = (first: number, count = 500, device = 'cover-1') =>
    Array.from({ length: count }, (_, i) => ({ device, boot: 1, seq: first + i, ts: kept.clock.now() - 60_000 * (first + i), values: { tilt_deg: first + i } }));

  it('stores history and what is live alike, and says how far it has come', async () => {
    await open();
    const now = kept.clock.now();
    await kept.say(kept.reading({ tilt_deg: 22.4, battery_v: 3.5 }));
    await kept.say(
      [3, 2, 1].map((h) => ({ device: 'cover-1', boot: 1, seq: 10 - h, ts: now - h * 3_600_000, values: { tilt_deg: h } })),
      null,
    );
    await kept.pass(100);
    expect(await kept.values('tilt_deg')).toMatchObject({ ts: [3, 2, 1, 0].map((h) => now - h * 3_600_000), value: [3, 2, 1, 22.4] });
    expect(kept.keeper.stats()).toMatchObject({
      in: 4,
      accepted: 4,
      rejected: 0,
      repeats: 0,
      parked: 0,
      waiting: 0,
      lagMs: 0,
      position: kept.lastRow,
      store: 'embedded',
      error: null,
    });
    expect(kept.durable[0]).toBe(0);
    expect(kept.durable.at(-1)).toBe(kept.lastRow);
  });

  it('does not let a repeat overwrite what is stored, and counts it', async () => {
    await open();
    const ts = kept.clock.now() - 10_000;
    const numbered = (tilt_deg: number, at = ts, seq = 4) => ({ boot: 1, seq, ts: at, values: { tilt_deg } });
    for (const one of [numbered(1), numbered(99), numbered(99, ts - 1000), numbered(2, ts + 1000), numbered(3, ts + 1000, 5)]) await kept.say(one);
    await kept.pass(100);
    // The same number with a newer time is another reading; another number with the same time takes its place.
    expect(await kept.values('tilt_deg')).toMatchObject({ ts: [ts, ts + 1000], value: [1, 3] });
    expect(kept.keeper.stats()).toMatchObject({ in: 5, accepted: 3, repeats: 2, waiting: 0 });
  });

  it('keeps readings without a clock apart, in one batch and over several', async () => {
    await open();
    for (let round = 0; round < 2; round++)
      await kept.say(
        Array.from({ length: 50 }, (_, i) => ({ device: 'cover-1', boot: 1, seq: 50 * round + i, ts: 1000 + i, values: { tilt_deg: i } })),
        null,
      );
    await kept.pass(100);
    const { ts } = await kept.values('tilt_deg');
    expect(ts).toHaveLength(100);
  });

  it('writes the first reading at once, and those that follow within 100 ms together', async () => {
    await open();
    await kept.pass(5000);
    await kept.say(kept.reading({ tilt_deg: 1 }));
    await kept.settle();
    expect(kept.keeper.stats()).toMatchObject({ accepted: 1, waiting: 0 });
    for (const tilt_deg of [2, 3]) await kept.say(kept.reading({ tilt_deg }, kept.clock.now() + tilt_deg));
    await kept.settle();
    expect(kept.keeper.stats()).toMatchObject({ in: 3, accepted: 1, waiting: 2 });
    const writes = kept.durable.length;
    await kept.pass(100);
    expect(kept.keeper.stats()).toMatchObject({ in: 3, accepted: 3, waiting: 0 });
    expect(kept.durable.length).toBe(writes + 1);
  });

  it('passes rows without a reading, if later', async () => {
    await open();
    await kept.pass(5000);
    await kept.journal.writer.append([{ type: 'connect', agent: 'gw-1', rx: kept.clock.now() }], 'event');
    const { lastRow } = kept;
    await kept.settle();
    expect(kept.keeper.stats().position).toBe(lastRow);
    await kept.pass(5000);
    expect(kept.durable.at(-1)).toBeGreaterThanOrEqual(lastRow);
  });

  it('leaves what is not understood to the rules’ thread', async () => {
    await open();
    await kept.say({ ts: 1 });
    await kept.say(kept.reading({ tilt_deg: 1 }), 'cover-9');
    await kept.pass(5000);
    expect(kept.keeper.stats()).toMatchObject({ in: 0 });
    expect(kept.keeper.parkedTotal()).toBe(0);
  });

  it('has each reading once after a kill, with the cursor and the register of that moment', async () => {
    await open();
    await kept.say(many(0), null);
    await kept.pass(5000);
    await kept.say(many(500), null);
    await kept.settle();
    kept.drop();
    await kept.keep();
    expect(kept.durable.at(-1)).toBe(kept.lastRow);
    await kept.say(kept.reading({ tilt_deg: -1 }));
    await kept.pass(100);
    const { value } = await kept.values('tilt_deg');
    expect(value).toHaveLength(1001);
    expect(value.at(-1)).toBe(-1);
    // The second 500 were read, and not yet written, when it was killed.
    expect(kept.keeper.stats()).toMatchObject({ in: 501, accepted: 501 });
  });

  it('keeps what the store cannot take, tries again after 0.5 s and then twice as long to 10 s, and shows why', async () => {
    await open();
    await kept.pass(5000);
    full();
    await kept.say(many(0, 5000), null);
    await kept.settle();
    expect(kept.keeper.stats()).toMatchObject({ in: 5000, accepted: 0, waiting: 5000, more: { retries: 1 }, error: expect.stringContaining('full') });
    const cursor = kept.durable.at(-1);
    const retries = () => kept.keeper.stats().more?.retries;
    for (const [i, ms] of [500, 1000, 2000, 4000, 8000, 10_000, 10_000].entries()) {
      await kept.pass(ms - 1);
      expect(retries()).toBe(i + 1);
      await kept.pass(1);
      expect(retries()).toBe(i + 2);
    }
    await kept.say(many(5000, 3), null);
    await kept.settle();
    expect(kept.keeper.stats()).toMatchObject({ in: 5003, waiting: 5003, lagMs: 35_500 });
    expect(kept.durable.at(-1)).toBe(cursor);
    expect(await kept.values('tilt_deg')).toMatchObject({ value: [] });
    roomy();
    await kept.pass(10_000);
    await kept.pass(100);
    expect(kept.keeper.stats()).toMatchObject({ in: 5003, accepted: 5003, waiting: 0, error: null, lagMs: 0 });
    expect((await kept.values('tilt_deg')).value).toHaveLength(5003);
    expect(kept.durable.at(-1)).toBe(kept.lastRow);
  });

  it('holds a change of the register back until what came before is on disk, and forgets none when the disk refused', async () => {
    await open([coverFacts()]);
    await kept.pass(5000);
    full();
    await kept.say(many(0, 5000), null);
    await kept.settle();
    await kept.change({ type: 'devices', devices: [coverFacts({ id: 'cover-2' })] });
    await kept.say(many(0, 4000, 'cover-2'), null);
    await kept.pass(499);
    expect(kept.keeper.stats()).toMatchObject({ in: 5000, waiting: 5000 });
    roomy();
    await kept.pass(1);
    full();
    await kept.pass(100);
    expect(kept.keeper.stats()).toMatchObject({ in: 9000, accepted: 5000, waiting: 4000, error: expect.stringContaining('full') });
    roomy();
    await kept.pass(500);
    expect(kept.keeper.stats()).toMatchObject({ in: 9000, accepted: 9000, error: null });
    kept.drop();
    await kept.keep();
    await kept.say(kept.reading({ tilt_deg: 8 }), 'cover-2');
    await kept.pass(5000);
    expect((await kept.values('tilt_deg', 'cover-2')).value).toHaveLength(4001);
  });

  it('takes a change once that the desk wrote twice', async () => {
    await open([coverFacts()]);
    await kept.change({ type: 'devices', devices: [coverFacts({ agent: 'gw-2' })] });
    await kept.change({ type: 'devices', devices: [coverFacts()] }, 2);
    await kept.say(kept.reading({ tilt_deg: 1 }));
    await kept.pass(5000);
    expect(kept.keeper.stats().in).toBe(0);
  });

  it('parks what the store refuses, with the bytes of a cover and without those of a camera', async () => {
    await open();
    await kept.say(kept.reading({ tilt_deg: 1 }));
    await kept.pass(5000);
    // As an earlier version might have left it: the store knows these metrics as flags.
    kept.db.exec("update telemetry_columns set flag = 1 where metric = 'tilt_deg'; insert into telemetry_columns (n, kind, metric, flag) values (90, 'camera', 'fps', 1)");
    await kept.keeper.stop();
    kept.drop();
    await kept.keep();
    const ts = kept.clock.now();
    await kept.say(kept.reading({ tilt_deg: 2 }, ts));
    await kept.say(kept.reading({ battery_v: 3 }, ts + 1));
    await kept.say(kept.reading({ fps: 25 }, ts), 'camera-1');
    await kept.pass(5000);
    expect(kept.keeper.stats()).toMatchObject({ in: 3, accepted: 1, parked: 2, waiting: 0 });
    expect(await kept.balanced()).toBe(true);
    const [camera, cover] = kept.keeper.parked(10, null);
    expect(camera).toMatchObject({
      stage: 'telemetry',
      reason: 'store-refused',
      device: 'camera-1',
      agent: 'gw-1',
      topic: 'gw/v1/gw-1/camera-1/telemetry',
      bytes: null,
      size: expect.any(Number),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(cover).toMatchObject({ device: 'cover-1', detail: expect.stringMatching(/type conflict/) });
    expect(JSON.parse(Buffer.from(cover?.bytes as string, 'base64').toString())).toEqual({ device: 'cover-1', ts, values: { tilt_deg: 2 } });
    expect(kept.keeper.parkedTotal()).toBe(2);
    expect((await kept.values('battery_v')).value).toEqual([3]);
  });

  it('names a row of the journal that is not what was written, and goes on after it', async () => {
    await open();
    await kept.pass(5000);
    for (const tilt_deg of [1, 2, 3]) await kept.say(kept.reading({ tilt_deg }, kept.clock.now() + tilt_deg));
    const journal = new Database(kept.journal.file);
    journal.prepare('update rows set crc = crc + 1 where id = ?').run(kept.lastRow - 1);
    journal.close();
    await kept.pass(100);
    expect((await kept.values('tilt_deg')).value).toEqual([1, 3]);
    expect(kept.keeper.stats()).toMatchObject({ more: { damagedRows: 1 } });
  });

  it('drains a backlog of 100,000 readings in batches, and a stop twice loses nothing of it', async () => {
    await open();
    for (let at = 0; at < 100_000; at += 1000) await kept.say(many(at, 1000), null);
    kept.keeper.rowsUpTo(kept.lastRow);
    await Promise.all([kept.keeper.stop(), kept.keeper.stop()]);
    expect(await kept.balanced()).toBe(true);
    kept.drop();
    await kept.keep();
    while (kept.keeper.stats().position < kept.lastRow) await kept.pass(100);
    expect((await kept.values('tilt_deg')).value).toHaveLength(100_000);
  });
});
