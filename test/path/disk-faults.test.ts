import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUlid } from '../../devices/ids.ts';
import { LedgerSender } from '../kit/ledger.ts';
import { jpegOf } from '../kit/pictures.ts';
import { adminPassword, Cloud, type Person, until } from '../kit/product.ts';

const covers = Array.from({ length: 8 }, (_, i) => `cover-${i}`);

/** A disk that is slow, refuses, or is read-only of a sudden: a small library that is loaded before libc. What was acknowledged is on disk all the same. */
describe('a disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-disk-faults-'));
  const library = join(folder, 'disk.so');
  const control = join(folder, 'control');
  const disk = (what: string) => writeFileSync(control, what);
  let cloud: Cloud;
  let admin: Person;
  let token: string;
  let sender: LedgerSender;
  let finished = false;
  let running: Promise<void>;
  const t0 = Date.now() - 3_600_000;
  const said = new Map<string, number[]>(covers.map((id) => [id, []]));
  const raised = new Map<string, string[]>(covers.map((id) => [id, []]));
  let round = 0;
  beforeAll(async () => {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, join(import.meta.dirname, '../kit/disk-shim.c'), '-ldl']);
    disk('well');
    cloud = await new Cloud({ LD_PRELOAD: library, DISK_CONTROL: control }).start();
    admin = await cloud.signIn();
    ({ token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' }));
    await admin.post(
      '/api/devices',
      covers.map((id) => ({ id, kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' })),
    );
    sender = new LedgerSender(cloud, 'gw-1', token);
    running = sender.run(() => finished);
  });
  afterAll(async () => {
    finished = true;
    sender?.stop();
    await running;
    await cloud?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  function speak(rounds: number): void {
    for (let i = 0; i < rounds; i++, round++)
      for (const device of covers) {
        sender.say(`gw/v1/gw-1/${device}/telemetry`, { boot: 1, seq: round, ts: t0 + round * 1000, values: { tilt_deg: 1, battery_v: 3.6 } });
        said.get(device)?.push(t0 + round * 1000);
        if (round % 10 !== 3) continue;
        const id = newUlid(Date.now());
        raised.get(device)?.push(id);
        sender.say(`gw/v1/gw-1/${device}/event`, { id, boot: 1, seq: Math.floor(round / 10), ts: t0 + round * 1000, kind: 'tilt', data: { tilt_deg: 20 } });
      }
  }

  it('whose fsync takes 100 ms makes the PUBACK late, and nothing else', async () => {
    disk('slow 100');
    const from = sender.acknowledged;
    const began = performance.now();
    speak(5);
    await until('all is acknowledged', () => sender.waiting === 0, 60_000);
    // Publishes wait for their group: at most twenty are on their way at once.
    expect(performance.now() - began).toBeGreaterThan(100 * Math.floor((sender.acknowledged - from) / 40));
    disk('well');
    expect((await admin.get('/health')).status).toBe('ok');
  });

  it('whose fsync fails closes the gate with its reason, and all goes on by itself when it works again', async () => {
    speak(3);
    await until('all is acknowledged', () => sender.waiting === 0, 60_000);
    disk('fail');
    const from = sender.acknowledged;
    const cuts = sender.cuts;
    speak(10);
    await until('health tells it', async () => /journal.*disk.*I\/O/i.test((await admin.get('/health')).problems.join()));
    await until('its connection was closed', () => sender.cuts > cuts);
    expect(sender.acknowledged).toBe(from);
    const answer = await admin.ask('POST', '/api/cases', { category: 'x', text: 'y' });
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:gridwarden:problem:try-again' } });
    disk('well');
    await until('all is acknowledged', () => sender.waiting === 0, 60_000);
    await until('all is well', async () => (await admin.get('/health')).status === 'ok', 30_000);
  });

  it('that refuses what was judged, and nothing else, makes alerts late, each still once', async () => {
    disk('fail rules.db');
    speak(10);
    await until('all is acknowledged', () => sender.waiting === 0, 60_000);
    await until('health tells it', async () => /Rules wait: .*I\/O/i.test((await admin.get('/health')).problems.join()));
    const alert = (await admin.get('/api/alerts')).items[0];
    const answer = await admin.ask('POST', `/api/alerts/${alert.id}/ack`, {});
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:gridwarden:problem:try-again' } });
    disk('well');
    await until('all is well', async () => (await admin.get('/health')).status === 'ok', 30_000);
    await admin.post(`/api/alerts/${alert.id}/ack`, {});
  });

  it('that is read-only of a sudden closes the gate with its reason, can be read, and all goes on by itself when it takes writes again', async () => {
    disk(`readonly ${basename(cloud.folder)}`);
    const from = sender.acknowledged;
    speak(10);
    await until('health tells it', async () => /journal.*disk refuses/i.test((await admin.get('/health')).problems.join()));
    await until('the gate is closed', async () => (await Promise.allSettled([cloud.connect('gw-1', token)]))[0]?.status === 'rejected');
    expect(sender.acknowledged).toBe(from);
    const photo = new FormData();
    photo.set('role', 'before');
    photo.set('file', new Blob([new Uint8Array(await jpegOf())], { type: 'image/jpeg' }), 'a.jpg');
    const { id } = (await admin.get('/api/cases')).items[0];
    const refused = [
      await admin.ask('POST', '/api/cases', { category: 'x', text: 'y' }),
      await admin.ask('POST', `/api/cases/${id}/photos`, photo),
      await cloud.nobody().ask('POST', '/api/session', { username: 'admin', password: adminPassword }),
    ];
    for (const answer of refused) expect(answer).toMatchObject({ status: 503, body: { type: 'urn:gridwarden:problem:try-again' } });
    expect((await admin.get('/api/devices')).total).toBe(covers.length);
    disk('well');
    await until('all is acknowledged', () => sender.waiting === 0, 60_000);
    await until('all is well', async () => (await admin.get('/health')).status === 'ok', 30_000);
    await admin.post(`/api/cases/${id}/photos`, photo);
  });

  it('has lost nothing of what was acknowledged, and doubled nothing', async () => {
    speak(3);
    await until('all is acknowledged', () => sender.waiting === 0, 60_000);
    for (const restarts of [0, 1]) {
      if (restarts > 0) {
        await cloud.end('SIGKILL');
        await cloud.start();
        admin = await cloud.signIn();
      }
      for (const device of covers) {
        await until(`all of ${device} is stored`, async () => {
          const ts: number[] = (await admin.get(`/api/devices/${device}/telemetry?metric=tilt_deg&from=${t0}&to=${t0 + round * 1000}`)).series[0]?.ts ?? [];
          return ts.length === said.get(device)?.length && ts.every((one, i) => one === said.get(device)?.[i]);
        });
        const { items } = await admin.get(`/api/alerts?device=${device}`);
        expect(items.flatMap((alert: { events: string[] }) => alert.events).sort()).toEqual([...(raised.get(device) as string[])].sort());
        expect((await admin.get(`/api/cases?device=${device}`)).total).toBe(1);
      }
    }
    expect((await admin.get('/api/agents')).items[0]).toMatchObject({ gaps: 0, parked: 0 });
  });
});
