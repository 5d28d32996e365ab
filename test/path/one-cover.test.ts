import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, type Person, publish, until } from '../kit/product.ts';
import { LiveView } from '../kit/socket.ts';

/** One cover, end to end: a tilted reading over real MQTT becomes an alert, a case, and a change on a page that is open. */
describe('one cover, from tilt to case', () => {
  const cloud = new Cloud();
  let admin: Person;
  let token: string;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    await admin.post('/api/departments', { id: 'dept-drainage', name: '排水养护所' });
    ({ token } = await admin.post('/api/agents', { id: 'gw-01', name: 'Gateway 1', role: 'agent' }));
    await admin.post('/api/devices', {
      id: 'cover-17',
      kind: 'manhole-cover',
      name: '滨河路 17 号井',
      agent: 'gw-01',
      lifecycle: 'in service',
      departments: { authority: null, owner: null, maintainer: 'dept-drainage' },
    });
  });
  afterAll(() => cloud.remove());

  it('is seen live, acknowledged, and survives kill -9 of the cloud without being doubled', async () => {
    const live = await new LiveView(admin).ready();
    const agent = await cloud.connect('gw-01', token);
    const ts = Date.now();
    await publish(agent, 'gw/v1/gw-01/cover-17/telemetry', { boot: 1, seq: 0, ts, values: { tilt_deg: 22.7, battery_v: 3.58 } });
    const alert = await until('the alert on the socket', () => [...live.alerts.values()].find(({ device, state }) => device === 'cover-17' && state === 'firing'));
    expect(alert).toMatchObject({ cause: 'tilt', severity: 'warning', count: 1, firstTs: ts, value: 22.7, limit: 15 });
    const found = await until('the case on the socket', () => [...live.cases.values()].find(({ device }) => device === 'cover-17'));
    expect(found).toMatchObject({ source: 'sensor', department: 'dept-drainage', alerts: [alert.id] });
    await until('the alert knows its case', () => live.alerts.get(alert.id)?.case === found.id);
    await until('the status on the socket', () => live.devices.get('cover-17')?.status === 'warning');
    expect(await admin.get('/api/devices/cover-17')).toMatchObject({ status: 'warning', latest: { ts, values: { tilt_deg: 22.7, battery_v: 3.58 } } });
    const series = await until('the reading in telemetry', async () => {
      const { series } = await admin.get(`/api/devices/cover-17/telemetry?metric=tilt_deg&from=${ts - 1000}&to=${ts + 1000}`);
      return series[0]?.ts.length > 0 && series;
    });
    expect(series).toMatchObject([{ metric: 'tilt_deg', unit: '°', ts: [ts], value: [22.7] }]);

    await admin.post(`/api/alerts/${alert.id}/ack`, { note: 'seen' });
    await until('the acknowledgement on the socket', () => live.alerts.get(alert.id)?.state === 'acknowledged');
    agent.end(true);
    await cloud.end('SIGKILL');
    await cloud.start();
    const again = await cloud.signIn();
    const { items } = await again.get('/api/alerts?device=cover-17');
    expect(items).toMatchObject([{ id: alert.id, state: 'acknowledged', count: 1, case: found.id }]);
    expect((await again.get('/api/cases?device=cover-17')).items).toHaveLength(1);
    // The same reading again, as an agent sends it that never saw its PUBACK: a repeat, which changes nothing.
    const back = await cloud.connect('gw-01', token);
    await publish(back, 'gw/v1/gw-01/cover-17/telemetry', { boot: 1, seq: 0, ts, values: { tilt_deg: 22.7, battery_v: 3.58 } });
    await until('the repeat is counted', async () => (await again.get('/api/agents')).items.find(({ id }: { id: string }) => id === 'gw-01')?.repeats === 1);
    expect((await again.get('/api/alerts?device=cover-17')).items).toHaveLength(1);
    await until('the socket is back by itself', () => live.socket.connected);
    back.end(true);
    live.close();
  });

  it('stops in order within ten seconds', async () => {
    const started = performance.now();
    expect(await cloud.end('SIGTERM')).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
