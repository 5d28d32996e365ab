import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentProcess } from '../edge/process.ts';
import { Cloud, type Person, until } from '../kit/product.ts';

const covers = 60;
const tilted = 12;
const history_h = 60;
const idOf = (i: number) => `cover-${i}`;

/** kill -9 of an agent under load, of the cloud, and of both: what the outbox had committed is stored once, a raising event is in one alert, no number is missing. */
describe('an agent killed again and again under load', () => {
  const cloud = new Cloud();
  const folder = mkdtempSync(join(tmpdir(), 'gw-kill-agent-'));
  let admin: Person;
  let token: string;
  let agent: AgentProcess | null = null;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    ({ token } = await admin.post('/api/agents', { id: 'gw-1', name: 'gw', role: 'agent' }));
    await admin.post(
      '/api/devices',
      Array.from({ length: covers }, (_, i) => ({ id: idOf(i), kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service', interval_s: 600 })),
    );
  });
  afterAll(async () => {
    await agent?.end('SIGKILL');
    await cloud.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const devices = Array.from({ length: covers }, (_, i) => ({
    id: idOf(i),
    kind: 'manhole-cover',
    interval_s: 1,
    driver: { type: 'simulated', seed: i, history_h, acts: i < tilted ? [{ after_s: 1 + (i % 6), act: 'tilt', value: 25, for_s: 600 }] : [] },
  }));
  const startAgent = () => {
    agent = AgentProcess.of(folder, { cloud: { url: `mqtt://127.0.0.1:${cloud.mqtt}`, agent: 'gw-1', token }, devices });
    return agent;
  };

  /** The ledger: what was on the disk of an agent that is gone. */
  const owed = { readings: new Map<string, Set<number>>(), events: new Set<string>() };
  function readLedger(): void {
    const db = new Database(join(folder, 'data', 'outbox.db'));
    for (const { device, body } of db.prepare('SELECT device, body FROM telemetry').all() as { device: string; body: string }[])
      owed.readings.set(device, (owed.readings.get(device) ?? new Set()).add(JSON.parse(body).ts));
    for (const { body } of db.prepare("SELECT body FROM urgent WHERE what = 'event'").all() as { body: string }[]) owed.events.add(JSON.parse(body).id);
    db.close();
  }
  const accepted = async (person: Person): Promise<number> => (await person.get('/health')).stages.ingest.accepted;

  it('keeps every committed reading once, every event in one alert, and no gap', async () => {
    for (const kill of ['agent', 'agent', 'both', 'cloud', 'agent'] as const) {
      const one = startAgent();
      const from = await accepted(admin);
      await until('the load is under way', async () => (await accepted(admin)) > from + 300, 60_000);
      if (kill !== 'agent') {
        await cloud.end('SIGKILL');
        // Every cover reports each second.
        if (kill === 'cloud') await until('it has noticed', () => one.logged('not connected') > 0, 30_000).then(() => new Promise((go) => setTimeout(go, 3000)));
      }
      await one.end('SIGKILL');
      readLedger();
      if (kill !== 'agent') {
        await cloud.start();
        admin = await cloud.signIn();
      }
    }
    expect(owed.readings.size).toBe(covers);
    const last = startAgent();
    const total = async () => (await admin.get(`/api/devices/${idOf(0)}/telemetry?metric=tilt_deg&from=0&to=${Date.now()}`)).series[0]?.ts.length ?? 0;
    await until('the past has come', async () => (await total()) > history_h, 60_000);
    await until('all tilts have alerted', async () => (await admin.get('/api/alerts?cause=tilt')).total >= tilted, 60_000);
    expect((await last.end('SIGTERM')).code).toBe(0);
    readLedger();
    // What its end left in the outbox is sent at one more start.
    startAgent();
    await until('an end of it', async () => {
      const newest = Math.max(...(owed.readings.get(idOf(0)) as Set<number>));
      return (await admin.get(`/api/devices/${idOf(0)}/telemetry?metric=tilt_deg&from=${newest}&to=${newest + 1}`)).series[0]?.ts.length === 1;
    });

    for (let i = 0; i < covers; i++) {
      const wanted = [...(owed.readings.get(idOf(i)) as Set<number>)];
      const stored = await until(`what is owed of ${idOf(i)}`, async () => {
        const ts: number[] = (await admin.get(`/api/devices/${idOf(i)}/telemetry?metric=tilt_deg&from=0&to=${Date.now() + 60_000}`)).series[0]?.ts ?? [];
        return wanted.every((one) => ts.includes(one)) && ts;
      });
      expect(new Set(stored).size).toBe(stored.length);
      expect(stored.filter((ts) => ts % 3_600_000 === 0)).toHaveLength(history_h);
      const { items } = await admin.get(`/api/alerts?device=${idOf(i)}`);
      expect(items.map(({ cause }: { cause: string }) => cause)).toEqual(i < tilted ? ['tilt'] : []);
      if (i >= tilted) continue;
      await until('it has its case', async () => (await admin.get(`/api/alerts?device=${idOf(i)}`)).items[0].case !== null);
      expect((await admin.get(`/api/cases?device=${idOf(i)}`)).items).toHaveLength(1);
      for (const event of items[0].events) owed.events.delete(event);
    }
    expect([...owed.events]).toEqual([]);
    expect((await admin.get('/api/agents')).items[0]).toMatchObject({ gaps: 0, parked: 0 });
  }, 240_000);
});
