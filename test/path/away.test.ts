import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentProcess } from '../edge/process.ts';
import { Line, seeded } from '../kit/line.ts';
import { Cloud, type Person, publish, until } from '../kit/product.ts';

/** An agent that is away: commands wait for it or expire, never twice; what happened meanwhile alerts once, and its backlog wakes nobody. */
describe('an agent that was away', () => {
  const cloud = new Cloud();
  let admin: Person;
  let token: string;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    ({ token } = await admin.post('/api/agents', { id: 'gw-1', name: 'gw', role: 'agent' }));
    await admin.post('/api/devices', { id: 'cover-1', kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' });
  });
  afterAll(() => cloud.remove());

  it('gets its command on its return, once; its tilt alerts once with how late it was; an hour of backlog wakes nobody', async () => {
    const { id, status } = await admin.post('/api/devices/cover-1/commands', { name: 'set-interval', args: { interval_s: 60 } });
    expect(status).toBe('queued');
    const tilted = Date.now();
    await new Promise((go) => setTimeout(go, 30_000));

    const heard: { id: string; name: string }[] = [];
    const agent = await cloud.connect('gw-1', token);
    agent.on('message', (topic, payload) => {
      if (topic === 'gw/v1/gw-1/cover-1/command') heard.push(JSON.parse(String(payload)));
    });
    await agent.subscribeAsync('gw/v1/gw-1/+/command', { qos: 1 });
    await publish(agent, 'gw/v1/gw-1/cover-1/event', { id: '01JD000000000000000000TEST', boot: 1, seq: 0, ts: tilted, kind: 'tilt', data: { tilt_deg: 20 } });
    await publish(agent, 'gw/v1/gw-1/cover-1/telemetry', { boot: 1, seq: 60, ts: tilted, values: { tilt_deg: 20 } });
    const backlog = Array.from({ length: 60 }, (_, i) => ({ device: 'cover-1', boot: 1, seq: i, ts: tilted - (60 - i) * 60_000, values: { tilt_deg: i % 2 === 0 ? 80 : 1 } }));
    await publish(agent, 'gw/v1/gw-1/telemetry', backlog);
    await until('the command', () => heard.length > 0);
    expect(heard).toMatchObject([{ id, name: 'set-interval', args: { interval_s: 60 } }]);
    await until('the command is sent', async () => (await admin.get(`/api/commands/${id}`)).status === 'sent');
    await publish(agent, 'gw/v1/gw-1/cover-1/reply', { id, ok: true, result: {}, ts: Date.now() });
    await until('the command is done', async () => (await admin.get(`/api/commands/${id}`)).status === 'done');
    await until('the interval is the register’s too', async () => (await admin.get('/api/devices/cover-1')).interval_s === 60);

    const alert = await until('the cloud’s rule has counted too', async () =>
      (await admin.get('/api/alerts?device=cover-1')).items.find(({ count }: { count: number }) => count === 2),
    );
    expect(alert).toMatchObject({ id: '01JD000000000000000000TEST', severity: 'warning', cause: 'tilt' });
    expect(alert.late_ms).toBeGreaterThanOrEqual(30_000);
    expect((await admin.get('/api/alerts?device=cover-1')).total).toBe(1);
    expect((await admin.get('/health')).stages.ingest.more.history).toBe(60);
    agent.end(true);
    await until('it is away', async () => (await admin.get('/api/agents')).items[0].online === false);
    const again = await cloud.connect('gw-1', token);
    again.on('message', (_topic, payload) => heard.push(JSON.parse(String(payload))));
    await again.subscribeAsync('gw/v1/gw-1/+/command', { qos: 1 });
    // One more command proves that the line is open; the first one is not sent again before it.
    const next = await admin.post('/api/devices/cover-1/commands', { name: 'calibrate', args: {} });
    await until('the next command', () => heard.some((one) => one.id === next.id));
    expect(heard.map((one) => one.id)).toEqual([id, next.id]);
    again.end(true);
  });
});

/** The same with the real agent: its line is cut, it goes on by itself. */
describe('a real agent whose line is cut for thirty seconds', () => {
  const cloud = new Cloud();
  const folder = mkdtempSync(join(tmpdir(), 'gw-away-'));
  let line: Line;
  let admin: Person;
  let agent: AgentProcess;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    line = await new Line(cloud.mqtt, seeded(1)).start();
    const { token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
    await admin.post(
      '/api/devices',
      ['tilts', 'rests'].map((id) => ({ id, kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service', interval_s: 600 })),
    );
    const cover = (id: string, acts: object[]) => ({ id, kind: 'manhole-cover', interval_s: 1, driver: { type: 'simulated', seed: 7, acts } });
    // It tilts twelve seconds after its start: while its line is cut.
    const devices = [cover('tilts', [{ after_s: 12, act: 'tilt', value: 25, for_s: 600 }]), cover('rests', [])];
    agent = AgentProcess.of(folder, { cloud: { url: `mqtt://127.0.0.1:${line.port}`, agent: 'gw-1', token }, devices });
    await until('it speaks', async () => (await admin.get('/api/devices/rests')).latest !== null);
  });
  afterAll(async () => {
    await agent?.end('SIGKILL');
    await line?.stop();
    await cloud.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has its command done once on its return, another expired; its tilt alerts once, late; the backlog of the other wakes nobody', async () => {
    await line.stop();
    await until('it is away', async () => (await admin.get('/api/agents')).items[0].online === false);
    const kept = await admin.post('/api/devices/rests/commands', { name: 'set-interval', args: { interval_s: 2 } });
    const short = await admin.post('/api/devices/rests/commands', { name: 'calibrate', args: {}, expires: Date.now() + 10_000 });
    await new Promise((go) => setTimeout(go, 30_000));
    expect((await admin.get(`/api/commands/${kept.id}`)).status).toBe('queued');
    expect(await admin.get(`/api/commands/${short.id}`)).toMatchObject({ status: 'expired', sent: null });
    expect((await admin.get('/api/alerts?cause=tilt')).total).toBe(0);
    await line.start();
    await until('the command is done', async () => (await admin.get(`/api/commands/${kept.id}`)).status === 'done', 90_000);
    await until('the register follows', async () => (await admin.get('/api/devices/rests')).interval_s === 2);
    const alert = await until('the alert has its case', async () => (await admin.get('/api/alerts?device=tilts')).items.find((one: { case: string | null }) => one.case !== null));
    expect(alert).toMatchObject({ cause: 'tilt', severity: 'warning' });
    expect(alert.late_ms).toBeGreaterThan(10_000);
    await until('its backlog is there', async () => (await admin.get('/health')).stages.ingest.more.history > 20, 60_000);
    expect(agent.logged('commands: done')).toBe(1);
    expect((await admin.get('/api/alerts?cause=tilt')).total).toBe(1);
    expect((await admin.get('/api/cases')).total).toBe(1);
    expect((await admin.get('/api/agents')).items[0]).toMatchObject({ gaps: 0, parked: 0 });
  }, 180_000);
});
