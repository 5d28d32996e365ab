import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AgentProcess } from '../edge/process.ts';
import { Line, seeded } from '../kit/line.ts';
import { Cloud, type Person, until } from '../kit/product.ts';

const covers = 40;
const history_h = 48;

/** A real agent and a real cloud with a bad network between them. Seeded: what happens once happens again. */
describe('between agent and cloud', () => {
  const cloud = new Cloud();
  const folder = mkdtempSync(join(tmpdir(), 'gw-network-'));
  const random = seeded(4);
  let line: Line;
  let admin: Person;
  let agents: AgentProcess[] = [];
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    line = await new Line(cloud.mqtt, random).start();
  });
  afterEach(async () => {
    for (const one of agents) await one.end('SIGKILL');
    agents = [];
    line.weather = {};
  });
  afterAll(async () => {
    await line.stop();
    await cloud.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function register(agent: string): Promise<string> {
    const { token } = await admin.post('/api/agents', { id: agent, role: 'agent' });
    await admin.post(
      '/api/devices',
      Array.from({ length: covers }, (_, i) => ({ id: `${agent}-${i}`, kind: 'manhole-cover', agent, lifecycle: 'in service', interval_s: 600 })),
    );
    return token;
  }
  function start(agent: string, token: string, where = agent): AgentProcess {
    const devices = Array.from({ length: covers }, (_, i) => ({
      id: `${agent}-${i}`,
      kind: 'manhole-cover',
      interval_s: 1,
      driver: { type: 'simulated', seed: i, history_h, acts: i < 5 ? [{ after_s: 1 + i, act: 'tilt', value: 30, for_s: 600 }] : [] },
    }));
    const one = AgentProcess.of(folder, { cloud: { url: `mqtt://127.0.0.1:${line.port}`, agent, token }, data_dir: join(folder, where), devices });
    agents.push(one);
    return one;
  }
  const outboxOf = (where: string) => {
    const db = new Database(join(folder, where, 'outbox.db'));
    const left = (db.prepare('select (select count(*) from telemetry) + (select count(*) from urgent) as n').get() as { n: number }).n;
    db.close();
    return left;
  };
  const countsOf = async (agent: string) => (await admin.get('/api/agents')).items.find(({ id }: { id: string }) => id === agent);

  /** All that the agent said is there once: no number is missing, the past is whole, each tilt is one alert with one case. */
  async function expectWhole(agent: string): Promise<void> {
    expect((await admin.get('/api/parked')).items.filter((one: { agent: string }) => one.agent === agent)).toEqual([]);
    expect(await countsOf(agent)).toMatchObject({ gaps: 0, parked: 0 });
    for (let i = 0; i < covers; i++) {
      const ts: number[] = (await admin.get(`/api/devices/${agent}-${i}/telemetry?metric=tilt_deg&from=0&to=${Date.now() + 60_000}`)).series[0]?.ts ?? [];
      expect(ts.filter((one) => one % 3_600_000 === 0)).toHaveLength(history_h);
      expect(new Set(ts).size).toBe(ts.length);
      const alerts = (await admin.get(`/api/alerts?device=${agent}-${i}`)).items;
      expect(alerts.map(({ cause }: { cause: string }) => cause)).toEqual(i < 5 ? ['tilt'] : []);
      if (i < 5) expect((await admin.get(`/api/cases?device=${agent}-${i}`)).total).toBe(1);
    }
  }
  /** The agent stops in order over a good line, and has nothing left. */
  async function settle(one: AgentProcess, agent: string): Promise<void> {
    line.weather = {};
    await until(
      'all tilts are told',
      async () => (await admin.get('/api/alerts?cause=tilt&limit=1000')).items.filter(({ agent: by }: { agent: string }) => by === agent).length === 5,
      90_000,
    );
    await until(
      'the past is there',
      async () => {
        const ts: number[] = (await admin.get(`/api/devices/${agent}-${covers - 1}/telemetry?metric=tilt_deg&from=0&to=${Date.now()}`)).series[0]?.ts ?? [];
        return ts.filter((at) => at % 3_600_000 === 0).length === history_h;
      },
      90_000,
    );
    expect((await one.end('SIGTERM')).code).toBe(0);
    agents = agents.filter((other) => other !== one);
    expect(outboxOf(agent)).toBe(0);
    await until('the cloud has stored it', async () => (await admin.get('/health')).stages.telemetry.waiting === 0);
  }

  it('a slow line that holds chunks back loses nothing and doubles nothing', async () => {
    const token = await register('slow');
    line.weather = { latencyMs: 80, heldShare: 0.1, heldMs: 400 };
    const one = start('slow', token);
    await new Promise((go) => setTimeout(go, 6000));
    await settle(one, 'slow');
    await expectWhole('slow');
  }, 120_000);

  it('cuts in the middle of packets lose nothing and double nothing', async () => {
    const token = await register('cut');
    line.weather = { cutAfterBytes: 5000 };
    const before = line.connections;
    const one = start('cut', token);
    await until(
      'it was cut four times',
      () => {
        line.weather = { cutAfterBytes: 2000 + Math.floor(random() * 30_000) };
        return line.connections - before >= 5;
      },
      60_000,
    );
    await settle(one, 'cut');
    await expectWhole('cut');
  }, 120_000);

  it('a line that says nothing more is given up, and what was on its way comes again', async () => {
    const token = await register('silent');
    const one = start('silent', token);
    await until('it speaks', async () => ((await countsOf('silent'))?.received ?? 0) > 200);
    const before = line.connections;
    line.weather = { silent: true };
    await until('it has noticed, by its keep-alive', () => one.logged('not connected') > 0, 80_000);
    line.weather = {};
    await until('it is back', () => line.connections > before);
    await settle(one, 'silent');
    await expectWhole('silent');
  }, 200_000);
});
