import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentProcess } from '../edge/process.ts';
import { Line, seeded } from '../kit/line.ts';
import { Cloud, type Person, until } from '../kit/product.ts';
import { QuickTime } from '../kit/quick-time.ts';
import { Said } from '../kit/said.ts';

const covers = 20;
const ids = Array.from({ length: covers }, (_, i) => `cover-${i}`);
const tilts = 'cover-0';
const interval_s = 60;
const cutMs = 3_600_000;

/** Their time runs sixty times as fast as ours: an hour takes a minute. */
describe('a line that is cut for an hour', () => {
  const time = new QuickTime(60);
  const cloud = new Cloud(time.env());
  const folder = mkdtempSync(join(tmpdir(), 'gw-hour-'));
  let line: Line;
  let said: Said;
  let admin: Person;
  let agent: AgentProcess;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    line = await new Line(cloud.mqtt, seeded(1)).start();
    said = new Said(line);
    const { token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
    await admin.post(
      '/api/devices',
      ids.map((id) => ({ id, kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service', interval_s })),
    );
    // Half an hour after the start, while the line is cut, one tilts for five minutes.
    const acts = [{ after_s: 1800, act: 'tilt', value: 30, for_s: 300 }];
    const devices = ids.map((id, seed) => ({ id, kind: 'manhole-cover', interval_s, driver: { type: 'simulated', seed, acts: id === tilts ? acts : [] } }));
    agent = AgentProcess.of(folder, { cloud: { url: `mqtt://127.0.0.1:${line.port}`, agent: 'gw-1', token }, devices }, { env: time.env() });
    await until('all have spoken', () => ids.every((id) => said.timesOf(id).length > 1));
  });
  afterAll(async () => {
    await agent?.end('SIGKILL');
    await line?.stop();
    await cloud.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  const history = async () => (await admin.get('/health')).stages.ingest.more.history;
  const alerts = async () => (await admin.get('/api/alerts')).items;

  it('loses nothing and doubles nothing; what is past is history and wakes nobody but by its event, late, once', async () => {
    expect(await history()).toBe(0);
    const from = time.now();
    await line.stop();
    await until('the agent is told of as gone', async () => (await alerts()).length > 0);
    await until('an hour has passed', () => time.now() > from + cutMs, 90_000);
    expect(await alerts()).toMatchObject([{ agent: 'gw-1', device: null, state: 'firing' }]);
    await line.start();
    const whole = cutMs / (interval_s * 1000) - 2;
    await until('the hour has come', async () => (await history()) > covers * whole, 60_000);
    await until('the agent is there again', async () => (await alerts()).every(({ state }: { state: string }) => state === 'resolved'));
    for (const id of ids) {
      const due = said.timesOf(id);
      const stored = await until('what was said is stored', async () => {
        const { series } = await admin.get(`/api/devices/${id}/telemetry?metric=tilt_deg&from=0&to=${time.now() + cutMs}`);
        return due.every((ts) => series[0].ts.includes(ts)) && series[0].ts;
      });
      const times = said.timesOf(id);
      expect(stored).toEqual(times.slice(0, stored.length));
      for (const { readings, last } of said.bootsOf(id).values()) expect(readings).toBe(last + 1);
    }
    await until('no number is missing', async () => (await admin.get('/api/agents')).items[0].gaps === 0);
    expect((await admin.get('/api/parked')).total).toBe(0);
    const ofAgent = (await alerts()).filter(({ device }: { device: string | null }) => device === null);
    const ofDevices = (await alerts()).filter(({ device }: { device: string | null }) => device !== null);
    expect(ofAgent).toHaveLength(1);
    expect(ofDevices).toMatchObject([{ device: tilts, cause: 'tilt' }]);
    expect(ofDevices[0].late_ms).toBeGreaterThan(cutMs / 4);
    expect((await admin.get('/api/cases')).total).toBe(1);
  }, 240_000);
});
