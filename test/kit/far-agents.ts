/** Real agents that reach a real cloud over a line in a test's hand, each with covers that have a past, and of which some tilt. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { AgentProcess } from '../edge/process.ts';
import { Line, seeded } from './line.ts';
import { Cloud, type Person, until } from './product.ts';

const covers = 40;
const tilting = 5;
const history_h = 48;

export class FarAgents {
  readonly cloud = new Cloud();
  readonly folder = mkdtempSync(join(tmpdir(), 'gw-far-'));
  readonly random = seeded(4);
  line!: Line;
  admin!: Person;
  #agents: AgentProcess[] = [];

  async open(): Promise<void> {
    await this.cloud.start();
    this.admin = await this.cloud.signIn();
    this.line = await new Line(this.cloud.mqtt, this.random).start();
  }

  async calm(): Promise<void> {
    for (const one of this.#agents.splice(0)) await one.end('SIGKILL');
    this.line.weather = {};
  }

  async close(): Promise<void> {
    await this.line?.stop();
    await this.cloud.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async start(agent: string): Promise<AgentProcess> {
    const { token } = await this.admin.post('/api/agents', { id: agent, role: 'agent' });
    const ids = Array.from({ length: covers }, (_, i) => `${agent}-${i}`);
    await this.admin.post(
      '/api/devices',
      ids.map((id) => ({ id, kind: 'manhole-cover', agent, lifecycle: 'in service', interval_s: 600 })),
    );
    const devices = ids.map((id, i) => ({
      id,
      kind: 'manhole-cover',
      interval_s: 1,
      driver: { type: 'simulated', seed: i, history_h, acts: i < tilting ? [{ after_s: 1 + i, act: 'tilt', value: 30, for_s: 600 }] : [] },
    }));
    const one = AgentProcess.of(this.folder, { cloud: { url: `mqtt://127.0.0.1:${this.line.port}`, agent, token }, data_dir: join(this.folder, agent), devices });
    this.#agents.push(one);
    return one;
  }

  async countsOf(agent: string) {
    return (await this.admin.get('/api/agents')).items.find(({ id }: { id: string }) => id === agent);
  }

  /** The line is good again, the agent tells the rest and stops in order. Then all that it said is there once: no number is missing, the past is whole, each tilt is one alert with one case. */
  async expectWhole(one: AgentProcess, agent: string): Promise<void> {
    const { admin } = this;
    this.line.weather = {};
    const seriesOf = async (i: number): Promise<number[]> =>
      (await admin.get(`/api/devices/${agent}-${i}/telemetry?metric=tilt_deg&from=0&to=${Date.now() + 60_000}`)).series[0]?.ts ?? [];
    const isPast = (ts: number) => ts % 3_600_000 === 0;
    await until('the past is there', async () => (await seriesOf(covers - 1)).filter(isPast).length === history_h, 90_000);
    for (let i = 0; i < tilting; i++) await until('its tilt is told', async () => (await admin.get(`/api/alerts?device=${agent}-${i}`)).items[0]?.case, 60_000);
    expect((await one.end('SIGTERM')).code).toBe(0);
    const db = new Database(join(this.folder, agent, 'outbox.db'));
    expect(db.prepare('select (select count(*) from telemetry) + (select count(*) from urgent)').pluck().get()).toBe(0);
    db.close();
    await until('the cloud has stored it', async () => (await admin.get('/health')).stages.telemetry.waiting === 0);
    expect((await admin.get('/api/parked')).items.filter((parked: { agent: string }) => parked.agent === agent)).toEqual([]);
    expect(await this.countsOf(agent)).toMatchObject({ gaps: 0, parked: 0 });
    for (let i = 0; i < covers; i++) {
      const ts = await seriesOf(i);
      expect(ts.filter(isPast)).toHaveLength(history_h);
      expect(new Set(ts).size).toBe(ts.length);
      const alerts = (await admin.get(`/api/alerts?device=${agent}-${i}`)).items;
      expect(alerts.map(({ cause }: { cause: string }) => cause)).toEqual(i < tilting ? ['tilt'] : []);
      if (i < tilting) expect((await admin.get(`/api/cases?device=${agent}-${i}`)).total).toBe(1);
    }
  }
}
