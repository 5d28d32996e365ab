import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentProcess } from '../edge/process.ts';
import { Line, seeded } from '../kit/line.ts';
import { Cloud, type Person, until } from '../kit/product.ts';
import { Said } from '../kit/said.ts';

const covers = 6;
const ids = Array.from({ length: covers }, (_, i) => `cover-${i}`);
const tilts = 'cover-0';

/** A disk that was copied: the same name, token and devices twice, each with an outbox of its own. */
describe('two agents with one identity', () => {
  const cloud = new Cloud();
  const folder = mkdtempSync(join(tmpdir(), 'gw-twins-'));
  const folders = ['a', 'b'].map((name) => mkdtempSync(join(folder, name)));
  let line: Line;
  let said: Said;
  let admin: Person;
  let token: string;
  const running: AgentProcess[] = [];
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    line = await new Line(cloud.mqtt, seeded(1)).start();
    said = new Said(line);
    ({ token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' }));
    await admin.post(
      '/api/devices',
      ids.map((id) => ({ id, kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service', interval_s: 600 })),
    );
  });
  afterAll(async () => {
    for (const one of running) await one.end('SIGKILL');
    await line?.stop();
    await cloud.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  let lastBoot = 0;
  async function start(twin: number): Promise<{ agent: AgentProcess; boot: number }> {
    // A boot is at least its second: two that start within one cannot be told apart.
    await until('the next second', () => Date.now() / 1000 >= lastBoot + 1);
    const devices = ids.map((id, i) => ({
      id,
      kind: 'manhole-cover',
      interval_s: 1,
      driver: { type: 'simulated', seed: 10 * twin + i, acts: id === tilts ? [{ after_s: 2, act: 'tilt', value: 30, for_s: 600 }] : [] },
    }));
    const agent = AgentProcess.of(folders[twin] as string, { cloud: { url: `mqtt://127.0.0.1:${line.port}`, agent: 'gw-1', token }, devices });
    running.push(agent);
    const started = await until('it has started', () => agent.lines.map((text) => JSON.parse(text)).find(({ msg }) => msg === 'agent: started'));
    lastBoot = started.boot;
    return { agent, boot: started.boot };
  }
  const waiting = (twin: number) => {
    const db = new Database(join(folders[twin] as string, 'data', 'outbox.db'));
    const rows = db.prepare('select (select count(*) from telemetry) + (select count(*) from urgent)').pluck().get();
    db.close();
    return rows;
  };
  const shown = async () => (await admin.get('/api/agents')).items[0];

  it('fight ever more slowly, are told apart and told of, and neither loses or doubles anything', async () => {
    const first = await start(0);
    const second = await start(1);
    const twins = [first.agent, second.agent];
    const waits = () => twins.flatMap((twin) => twin.lines.filter((text) => text.includes('not connected')).map((text): number => JSON.parse(text).wait_ms));
    await until('both say what it may be', () => twins.every((twin) => twin.logged('another one uses its token') > 0), 60_000);
    await until('they wait longer than at first', () => Math.max(...waits()) > 1000, 60_000);
    expect((await shown()).takeovers).toBeGreaterThanOrEqual(5);
    expect((await admin.get('/health')).stages.gate.more.contested).toBe(1);
    expect(cloud.output.match(/two use this agent’s token/g)).toHaveLength(1);

    await until('the tilt has its case', async () => (await admin.get('/api/cases')).total > 0);
    for (const twin of twins) expect((await twin.end('SIGTERM')).code).toBe(0);
    // What one of them could not say while it waited its turn, it says alone.
    for (const twin of [0, 1]) {
      const { agent, boot } = await start(twin);
      await until('it may send readings', () => ids.some((id) => said.bootsOf(id).has(boot)));
      expect((await agent.end('SIGTERM')).code).toBe(0);
      expect(waiting(twin)).toBe(0);
    }
    await until('all is stored and judged', async () => {
      const { journal, telemetry } = (await admin.get('/health')).stages;
      return telemetry.waiting === 0 && journal.more.rulesBehind === 0;
    });

    for (const id of ids) {
      const boots = said.bootsOf(id);
      expect([...boots.keys()]).toEqual(expect.arrayContaining([first.boot, second.boot]));
      for (const { readings, last } of boots.values()) expect(readings).toBe(last + 1);
      const { series } = await admin.get(`/api/devices/${id}/telemetry?metric=tilt_deg&from=0&to=${Date.now() + 60_000}`);
      expect(series[0].ts).toEqual([...new Set(said.timesOf(id))]);
    }
    expect(await shown()).toMatchObject({ gaps: 0, parked: 0, reused: 0 });
    const raising = [...said.events].filter(([, kind]) => kind === 'tilt').map(([id]) => id);
    const { items: alerts } = await admin.get('/api/alerts');
    expect(alerts).toMatchObject([{ device: tilts, cause: 'tilt' }]);
    expect(alerts[0].events.toSorted()).toEqual(raising.toSorted());
    expect((await admin.get('/api/cases')).total).toBe(1);
  }, 120_000);
});
