/** kill -9 of the cloud, of a real agent, of InfluxDB, and of several at once, while senders with a ledger speak and a person works. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AgentProcess } from '../edge/process.ts';
import { Clerk } from './clerk.ts';
import { seed } from './fuzz.ts';
import { Influxd } from './influxd.ts';
import { Ledger } from './ledger.ts';
import { seeded } from './line.ts';
import { OutboxLedger } from './outbox-ledger.ts';
import { Cloud, type Person, until } from './product.ts';

const covers = 20;
const tilting = 5;
const history_h = 24;
const idOf = (i: number) => `far-${i}`;

export type Store = 'embedded' | 'InfluxDB';
export type Victim = 'cloud' | 'agent' | 'InfluxDB';

/**
 * Tests (for inside a `describe`) that kill these, one list after the other, each when the seed says: every reading is there once, every raising event in
 * one alert, every alert in one case, every act that was answered, and no number is missing.
 */
export function killed(store: Store, planOf: (random: () => number) => Victim[][]): void {
  const cloud = new Cloud();
  const influxd = new Influxd();
  const folder = mkdtempSync(join(tmpdir(), 'gw-kills-'));
  const random = seeded(seed);
  const ledger = new Ledger(cloud, 3, 5);
  const owed = new OutboxLedger();
  let admin: Person;
  let agent: AgentProcess;
  let token: string;
  let finished = false;

  const far = async () => (await admin.get('/api/agents')).items.find(({ id }: { id: string }) => id === 'far');
  const startAgent = () => {
    const devices = Array.from({ length: covers }, (_, i) => ({
      id: idOf(i),
      kind: 'manhole-cover',
      interval_s: 1,
      driver: { type: 'simulated', seed: i, history_h, acts: i < tilting ? [{ after_s: 1 + i, act: 'tilt', value: 25, for_s: 900 }] : [] },
    }));
    agent = AgentProcess.of(folder, { cloud: { url: `mqtt://127.0.0.1:${cloud.mqtt}`, agent: 'far', token }, devices });
  };
  /** How each is ended at once, and started again. */
  const victims: Record<Victim, { kill(): Promise<unknown>; start(): unknown }> = {
    cloud: { kill: () => cloud.end('SIGKILL'), start: () => cloud.start() },
    agent: {
      kill: () => agent.end('SIGKILL'),
      start: () => {
        owed.read(join(folder, 'data'));
        startAgent();
      },
    },
    InfluxDB: {
      kill: () => {
        influxd.signal('SIGKILL');
        return influxd.stop();
      },
      start: () => influxd.start(),
    },
  };
  beforeAll(async () => {
    if (store === 'InfluxDB') {
      await influxd.start();
      Object.assign(cloud.env, { GW_INFLUX_URL: influxd.url, GW_INFLUX_DATABASE: 'gridwarden' });
    }
    await cloud.start();
    admin = await cloud.signIn();
    await admin.post('/api/departments', [{ id: 'drainage', name: 'Drainage' }]);
    await ledger.open(admin, { departments: { maintainer: 'drainage' } });
    ({ token } = await admin.post('/api/agents', { id: 'far', role: 'agent' }));
    await admin.post(
      '/api/devices',
      Array.from({ length: covers }, (_, i) => ({ id: idOf(i), kind: 'manhole-cover', agent: 'far', lifecycle: 'in service', interval_s: 600 })),
    );
    startAgent();
  });
  afterAll(async () => {
    finished = true;
    await agent?.end('SIGKILL');
    await ledger.stop();
    await cloud.remove();
    await influxd.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('they lose nothing that was acknowledged, and double nothing', async () => {
    const clerk = new Clerk(admin);
    const under = Promise.all([ledger.speak(() => finished), clerk.work(ledger.covers, () => finished)]);
    const plan = planOf(random);
    console.log(`FC_SEED=${seed}: ${plan.map((those) => those.join(' + ')).join(', ')}`);
    for (const those of plan) {
      const more = ledger.acknowledged + 300 + Math.floor(random() * 600);
      const acts = clerk.acts + 1 + Math.floor(random() * 10);
      await until('the load is under way', () => ledger.acknowledged >= more && clerk.acts >= acts, 60_000);
      await Promise.all(those.map((one) => victims[one].kill()));
      for (const one of those) await victims[one].start();
    }
    finished = true;
    await under;
    await ledger.finish();
    expect(ledger.cuts).toBeGreaterThan(0);
    await until('the agent is there again', async () => (await far()).online);
    expect((await agent.end('SIGTERM')).code).toBe(0);
    owed.read(join(folder, 'data'));
    // What its end has left in the outbox is told at one more start.
    startAgent();

    await ledger.expectWhole(admin);
    await clerk.expectKept();
    await expectAllOfAgent();
    console.log(`${ledger.rounds} rounds, ${ledger.acknowledged} acknowledged, ${ledger.cuts} cuts; ${clerk.acts} acts, ${clerk.unanswered} of them without an answer at first`);
  }, 600_000);

  /** What its outbox held when it was killed is there once; its past is whole; each tilt is one alert with one case. */
  async function expectAllOfAgent(): Promise<void> {
    for (let i = 0; i < covers; i++) {
      const wanted = [...(owed.readings.get(idOf(i)) ?? [])];
      const stored = await until(`what is owed of ${idOf(i)}`, async () => {
        const ts: number[] = (await admin.get(`/api/devices/${idOf(i)}/telemetry?metric=tilt_deg&from=0&to=${Date.now() + 60_000}`)).series[0]?.ts ?? [];
        return wanted.every((one) => ts.includes(one)) && ts;
      });
      expect(new Set(stored).size).toBe(stored.length);
      expect(stored.filter((ts) => ts % 3_600_000 === 0)).toHaveLength(history_h);
      const alerts = await until(`its alert has a case`, async () => {
        const { items } = await admin.get(`/api/alerts?device=${idOf(i)}`);
        return items.length === (i < tilting ? 1 : 0) && items.every((alert: { case: unknown }) => alert.case !== null) && items;
      });
      expect((await admin.get(`/api/cases?device=${idOf(i)}`)).total).toBe(alerts.length);
      for (const event of alerts.flatMap((alert: { events: string[] }) => alert.events)) owed.events.delete(event);
    }
    expect([...owed.events]).toEqual([]);
    expect(await far()).toMatchObject({ gaps: 0, parked: 0 });
  }
}
