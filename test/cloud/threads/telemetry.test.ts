/** The thread itself, from dist/, over a journal that the test writes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { BirpcReturn } from 'birpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Series } from '../../../cloud/telemetry/telemetry.ts';
import { rpcOver } from '../../../cloud/threads/rpc.ts';
import type { TelemetryCalls, TelemetryData } from '../../../cloud/threads/threads.ts';
import { systemClock } from '../../../devices/clock.ts';
import { bytes, coverFacts } from '../../kit/facts.ts';
import { Influxd } from '../../kit/influxd.ts';
import { OwnJournal } from '../../kit/own-journal.ts';
import { until } from '../../kit/product.ts';

type Calls = BirpcReturn<TelemetryCalls, Record<string, never>>;

let dir: string;
let journal: OwnJournal;
let worker: Worker | null = null;
let calls: Calls;
let seq: number;
const file = () => join(dir, 'telemetry.db');

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'gw-telemetry-thread-'));
  seq = 0;
  journal = new OwnJournal(64 << 20, systemClock).open();
  await journal.writer.append(
    [
      { type: 'change', change: { type: 'agents', agents: [{ id: 'gw-1', role: 'agent' }], n: 1 }, rx: Date.now() },
      { type: 'change', change: { type: 'devices', devices: [coverFacts()], n: 2 }, rx: Date.now() },
    ],
    'event',
  );
});
afterEach(async () => {
  await stop();
  await journal.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** As the cloud starts it; the consumer's end of the journal's port goes with it. */
function start(influx: TelemetryData['influx'] = null): Worker {
  const data: TelemetryData = { file: file(), journalFile: journal.file, logLevel: 'silent', journal: journal.consumer, influx };
  worker = new Worker(new URL('../../../dist/cloud/telemetry.thread.js', import.meta.url), { workerData: data, transferList: [journal.consumer] });
  calls = rpcOver<TelemetryCalls, Record<string, never>>(worker, {});
  return worker;
}
async function stop(): Promise<void> {
  if (!worker) return;
  const ending = worker;
  worker = null;
  await calls.stop();
  await ending.terminate();
}
/** Ends the thread in the middle of whatever it does, and the journal's port with it. */
async function kill(): Promise<void> {
  await worker?.terminate();
  worker = null;
  await journal.reopen();
}

async function say(count: number): Promise<void> {
  const batch = Array.from({ length: count }, () => ({ device: 'cover-1', boot: 1, seq, ts: Date.now() - 1_000_000 + seq, values: { tilt_deg: seq++ } }));
  await journal.writer.append([{ type: 'publish', agent: 'gw-1', topic: 'gw/v1/gw-1/telemetry', payload: bytes(batch), rx: Date.now() }], 'telemetry');
}
const ask = (over: object = {}) => calls.query({ device: 'cover-1', kind: 'manhole-cover', metrics: ['tilt_deg'], from: 0, to: Date.now() + 1000, maxPoints: 200_000, ...over });
const values = async () => ((await ask()) as Extract<Series, { value: unknown[] }>[])[0]?.value;
const caughtUp = () => until('all stored', async () => (await calls.stats()).position >= journal.writer.stats().lastRow);

describe('the thread of telemetry', () => {
  it('stores what the journal tells of, answers queries, and lets the journal forget', async () => {
    start();
    await say(300);
    await caughtUp();
    expect(await values()).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect(await ask({ maxPoints: 100 })).toEqual({ tooMany: true, every: expect.stringMatching(/^\d+[smhd]$/) });
    expect(await calls.stats()).toMatchObject({ in: 300, accepted: 300, waiting: 0, store: 'embedded', error: null });
    expect([await calls.parked(10, null), await calls.parkedTotal()]).toEqual([[], 0]);
    await until('rows are removed', () => journal.writer.stats().firstRow > 1);
  });

  it('has each reading once after kills at any moment', async () => {
    for (let round = 0; round < 3; round++) {
      start();
      for (let i = 0; i < 12; i++) {
        await say(500);
        if (i === 3 + 3 * round) await calls.stats();
      }
      await kill();
    }
    start();
    await say(1);
    await caughtUp();
    expect(await values()).toEqual(Array.from({ length: 18_001 }, (_, i) => i));
    const db = new Database(file(), { readonly: true });
    expect(db.prepare('select row from cursor').pluck().get()).toBeGreaterThan(36);
    db.close();
  });

  it('stops in order with all that had come, and goes on from there', async () => {
    start();
    await say(1000);
    await caughtUp();
    await say(1000);
    await stop();
    await journal.reopen();
    start();
    await caughtUp();
    expect(await values()).toHaveLength(2000);
    await stop();
    await journal.reopen();
  });

  it('ends with one sentence when its file is of a newer version', async () => {
    const db = new Database(file());
    db.pragma('user_version = 99');
    db.close();
    const started = start();
    const error = await new Promise<Error>((resolve) => started.once('error', resolve));
    worker = null;
    expect(error.message).toMatch(/telemetry\.db was written by a newer version of Gridwarden \(schema 99, this one knows 1\)/);
  });
});

describe('the thread of telemetry with an InfluxDB', () => {
  let influxd: Influxd;
  beforeEach(async () => {
    influxd = await new Influxd().start();
    return () => influxd.close();
  });
  const stored = async () => Number((await influxd.ask('SELECT count(tilt_deg) FROM "manhole-cover"', 'city'))?.values[0]?.[1] ?? 0);

  it('keeps what comes while the server is away or killed, says why it waits, and stores each once when it is back', async () => {
    start({ version: 1, url: influxd.url, database: 'city' });
    await say(500);
    await caughtUp();
    expect(await stored()).toBe(500);
    influxd.signal('SIGKILL');
    for (let i = 0; i < 10; i++) await say(500);
    const away = await until('an error is shown', async () => {
      const stats = await calls.stats();
      return stats.error !== null && stats;
    });
    expect(away).toMatchObject({ accepted: 500, parked: 0, error: expect.stringContaining('InfluxDB at http://127.0.0.1'), store: expect.stringContaining('InfluxDB 1.x at') });
    expect(away.in).toBe(away.accepted + away.waiting);
    await expect(ask()).rejects.toMatchObject({ next: 'retry' });
    await influxd.stop();
    await influxd.start();
    await caughtUp();
    expect(await stored()).toBe(5500);
    expect(await calls.stats()).toMatchObject({ in: 5500, accepted: 5500, waiting: 0, error: null });
    await until('queries are answered again', async () => {
      const found = await values().catch(() => null);
      return found?.length === 5500;
    });
  });

  it('stops within 2 s while the server is held, and stores what it left when it starts again', async () => {
    start({ version: 1, url: influxd.url, database: 'city' });
    await say(10);
    await caughtUp();
    influxd.signal('SIGSTOP');
    await say(10);
    await until('a batch is on its way', async () => (await calls.stats()).waiting === 10);
    const began = performance.now();
    await stop();
    expect(performance.now() - began).toBeLessThan(2200);
    influxd.signal('SIGCONT');
    await journal.reopen();
    start({ version: 1, url: influxd.url, database: 'city' });
    await caughtUp();
    expect(await stored()).toBe(20);
  });
});
