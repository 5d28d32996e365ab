import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, type Person, publish, until } from '../kit/product.ts';

/** Rubbish from one agent, each piece with its counted outcome, and a healthy agent beside it that loses nothing. */
describe('bad input', () => {
  const cloud = new Cloud();
  let admin: Person;
  let bad: MqttClient;
  let good: MqttClient;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    const tokens: Record<string, string> = {};
    for (const id of ['gw-bad', 'gw-good']) tokens[id] = (await admin.post('/api/agents', { id, name: id, role: 'agent' })).token;
    await admin.post('/api/devices', [
      { id: 'bad-cover', kind: 'manhole-cover', agent: 'gw-bad', lifecycle: 'in service' },
      { id: 'bad-camera', kind: 'camera', agent: 'gw-bad', lifecycle: 'in service' },
      { id: 'good-cover', kind: 'manhole-cover', agent: 'gw-good', lifecycle: 'in service' },
    ]);
    bad = await cloud.connect('gw-bad', tokens['gw-bad'] as string);
    good = await cloud.connect('gw-good', tokens['gw-good'] as string);
  });
  afterAll(async () => {
    bad?.end(true);
    good?.end(true);
    await cloud.remove();
  });
  const countsOf = async (id: string) => (await admin.get('/api/agents')).items.find((agent: { id: string }) => agent.id === id);
  const ts = Date.now();

  it('is acknowledged, parked with its reason, alone in its batch; the healthy agent loses nothing', async () => {
    const healthy = (async () => {
      for (let seq = 0; seq < 200; seq++) await publish(good, 'gw/v1/gw-good/good-cover/telemetry', { boot: 1, seq, ts: ts + seq, values: { tilt_deg: 1 } });
    })();
    const one = 'gw/v1/gw-bad/bad-cover/telemetry';
    await publish(bad, one, '{"ts":');
    await publish(bad, one, '{"ts":1,"values":{"tilt_deg":NaN}}');
    await publish(bad, one, { ts, values: { tilt_deg: 'steep' } });
    await publish(bad, one, { ts, values: { colour: 1 } });
    await publish(bad, one, { ts, values: { tilt_deg: 2, colour: 1 } });
    await publish(bad, 'gw/v1/gw-bad/nobody/telemetry', { ts, values: { tilt_deg: 1 } });
    await publish(bad, 'gw/v1/gw-bad/good-cover/telemetry', { ts, values: { tilt_deg: 80 } });
    await publish(bad, 'gw/v1/gw-bad/bad-camera/telemetry', { ts, values: { face: 'AAAA' } });
    await publish(bad, 'gw/v1/gw-bad/telemetry', [
      { device: 'bad-cover', boot: 1, seq: 1, ts: 5000, values: { tilt_deg: 1 } },
      { device: 'bad-cover', boot: 1, seq: 2, ts: Date.UTC(2099, 0, 1), values: { tilt_deg: 1 } },
      { device: 'nobody', ts, values: { tilt_deg: 1 } },
      { device: 'bad-cover', boot: 1, seq: 3, ts: ts + 5, values: { tilt_deg: 3 } },
    ]);
    await healthy;
    await until('all is counted', async () => (await countsOf('gw-bad'))?.parked === 8);
    expect(await countsOf('gw-bad')).toMatchObject({ received: 4, parked: 8 });
    expect(await countsOf('gw-good')).toMatchObject({ received: 200, parked: 0, repeats: 0, gaps: 0 });
    const { items } = await admin.get('/api/parked?limit=100');
    expect(items.map(({ reason }: { reason: string }) => reason).sort()).toEqual([
      'bad-value',
      'foreign-device',
      'malformed',
      'malformed',
      'no-known-metric',
      'no-known-metric',
      'unknown-device',
      'unknown-device',
    ]);
    for (const parked of items) if (parked.device === 'bad-camera' || parked.device === 'nobody') expect(parked.bytes).toBeNull();
    const { series } = await until('all readings are stored', async () => {
      const answer = await admin.get(`/api/devices/good-cover/telemetry?metric=tilt_deg&from=${ts}&to=${ts + 1000}`);
      return answer.series[0]?.ts.length === 200 && answer;
    });
    expect(series[0].ts).toEqual(Array.from({ length: 200 }, (_, seq) => ts + seq));
    expect((await admin.get('/api/devices/good-cover')).status).toBe('ok');
  });

  it('on a topic outside the agent’s rights closes its connection, and only that one', async () => {
    for (const topic of ['gw/v1/gw-good/good-cover/telemetry', '$SYS/broker', 'gw/v1/gw-bad/bad-cover/command', 'gw/v1/gw-bad/flow', 'elsewhere']) {
      const token = (await admin.post('/api/agents/gw-bad/token')).token;
      const client = await cloud.connect('gw-bad', token);
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      client.publish(topic, '{}', { qos: 1 });
      await closed;
      client.end(true);
    }
    expect(good.connected).toBe(true);
  });

  it('adds up at every stage', async () => {
    const { stages } = await admin.get('/health');
    expect(Object.keys(stages)).toEqual(expect.arrayContaining(['gate', 'journal', 'ingest', 'rules', 'alerts', 'telemetry', 'cases', 'live']));
    for (const [name, stage] of Object.entries(stages) as [string, Record<string, number>][])
      expect({ name, sum: Number(stage.accepted) + Number(stage.rejected) + Number(stage.repeats) + Number(stage.parked) + Number(stage.waiting) }).toEqual({
        name,
        sum: stage.in,
      });
  });
});
