import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Influxd } from '../kit/influxd.ts';
import { LedgerSender } from '../kit/ledger.ts';
import { Cloud, type Person, publish, until } from '../kit/product.ts';

/** InfluxDB away under load: nothing is lost, alerts do not wait for it; and what happens when it stays away for so long that the journal is full. */
describe('InfluxDB away', () => {
  const influxd = new Influxd();
  const cloud = new Cloud();
  let admin: Person;
  let token: string;
  beforeAll(async () => {
    await influxd.start();
    Object.assign(cloud.env, { GW_INFLUX_URL: influxd.url, GW_INFLUX_DATABASE: 'gridwarden', GW_JOURNAL_MAX_MB: '1' });
    await cloud.start();
    admin = await cloud.signIn();
    ({ token } = await admin.post('/api/agents', { id: 'gw-1', name: 'gw', role: 'agent' }));
    await admin.post('/api/devices', [
      { id: 'cover-1', kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' },
      { id: 'post-1', kind: 'alarm-post', agent: 'gw-1', lifecycle: 'in service' },
    ]);
  });
  afterAll(async () => {
    await cloud.remove();
    await influxd.close();
  });
  const stored = async (where = '') => Number((await influxd.ask(`select count(tilt_deg) from "manhole-cover" ${where}`, 'gridwarden'))?.values[0]?.[1] ?? 0);

  it('for thirty seconds under load loses nothing, and an alert comes at once meanwhile', async () => {
    const sender = new LedgerSender(cloud, 'gw-1', token);
    let finished = false;
    const running = sender.run(() => finished);
    const started = Date.now();
    let seq = 0;
    const say = () => {
      sender.say('gw/v1/gw-1/cover-1/telemetry', { boot: 1, seq, ts: started + seq, values: { tilt_deg: 1 } });
      seq++;
    };
    for (let i = 0; i < 200; i++) say();
    await until('the first are stored', async () => (await stored()) === 200);
    await influxd.stop();
    const away = Date.now();
    for (let i = 0; i < 5; i++) say();
    sender.say('gw/v1/gw-1/post-1/event', { id: 'SOS-1', ts: Date.now(), kind: 'sos' });
    const alert = await until('the alert', async () => (await admin.get('/api/alerts?device=post-1')).items[0], 5000);
    expect(alert.id).toBe('SOS-1');
    await until('telemetry says why it waits', async () => (await admin.get('/health')).problems.some((line: string) => line.startsWith('Telemetry is kept and waits')));
    while (Date.now() - away < 30_000) {
      for (let i = 0; i < 5; i++) say();
      await new Promise((go) => setTimeout(go, 250));
    }
    await influxd.start();
    for (let i = 0; i < 50; i++) say();
    finished = true;
    await running;
    expect(sender.cuts).toBe(0);
    await until('all is stored', async () => (await stored()) === seq, 60_000);
    const { stages, problems } = await until('it is level again', async () => {
      const health = await admin.get('/health');
      return health.status === 'ok' && health;
    });
    expect(problems).toEqual([]);
    expect(stages.telemetry).toMatchObject({ accepted: seq, parked: 0, rejected: 0, waiting: 0 });
  });

  it('for longer than the journal has room: telemetry is held, events pass, and all goes on by itself', async () => {
    await influxd.stop();
    const agent = await cloud.connect('gw-1', token);
    const flows: boolean[] = [];
    agent.on('message', (topic, payload) => {
      if (topic === 'gw/v1/gw-1/flow') flows.push(JSON.parse(String(payload)).telemetry);
    });
    await agent.subscribeAsync('gw/v1/gw-1/flow', { qos: 1 });
    await until('it may send', () => flows.at(-1) === true);
    const started = Date.now() + 1_000_000;
    let seq = 0;
    const batch = () =>
      Array.from({ length: 200 }, () => ({ device: 'cover-1', boot: 2, seq: seq++, ts: started + seq, values: { tilt_deg: 1, battery_v: 3.6, temperature_c: 12.5 } }));
    while (flows.at(-1) !== false) await publish(agent, 'gw/v1/gw-1/telemetry', batch());
    expect((await admin.get('/health')).status).toBe('degraded');
    await publish(agent, 'gw/v1/gw-1/post-1/event', { id: 'TAMPER-1', ts: Date.now(), kind: 'tamper' });
    await until('the event became an alert', async () => (await admin.get('/api/alerts?device=post-1')).items.some(({ id }: { id: string }) => id === 'TAMPER-1'));
    // The reserve lasts ten seconds; what comes later is not acknowledged and closes its connection.
    const acknowledged = seq;
    const closed = new Promise<void>((resolve) => agent.once('close', () => resolve()));
    await new Promise((go) => setTimeout(go, 11_000));
    agent.publish('gw/v1/gw-1/telemetry', JSON.stringify(batch()), { qos: 1 });
    await closed;
    agent.end(true);
    const again = await cloud.connect('gw-1', token);
    again.on('message', (_topic, payload) => flows.push(JSON.parse(String(payload)).telemetry));
    await again.subscribeAsync('gw/v1/gw-1/flow', { qos: 1 });
    await until('it is told again to hold', () => flows.length >= 3 && flows.at(-1) === false);
    await publish(again, 'gw/v1/gw-1/post-1/event', { id: 'TEST-1', ts: Date.now(), kind: 'test' });

    await influxd.start();
    await until('it may send again, by itself', () => flows.at(-1) === true, 60_000);
    await publish(again, 'gw/v1/gw-1/telemetry', [{ device: 'cover-1', boot: 2, seq: seq++, ts: started + seq, values: { tilt_deg: 1 } }]);
    await until('all that was acknowledged is stored, and no more', async () => (await stored(`where time >= ${started}ms`)) === acknowledged + 1, 60_000);
    again.end(true);
  });
});
