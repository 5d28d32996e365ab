import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUlid } from '../../devices/ids.ts';
import { Influxd } from '../kit/influxd.ts';
import { LedgerSender } from '../kit/ledger.ts';
import { Cloud, type Person, until } from '../kit/product.ts';

const agents = 4;
const devicesOf = (agent: number) => Array.from({ length: 5 }, (_, i) => `cover-${agent}-${i}`);
const rounds = 160;

/** kill -9 of the cloud under load: what was acknowledged is there, once; a raising event is in one alert, counted once; an alert has one case. */
describe.each(['embedded', 'InfluxDB'])('the cloud killed again and again under load, readings in the store %s', (store) => {
  const cloud = new Cloud();
  const influxd = new Influxd();
  let admin: Person;
  const tokens: string[] = [];
  const started = Date.now() - 600_000;
  beforeAll(async () => {
    if (store === 'InfluxDB') {
      await influxd.start();
      Object.assign(cloud.env, { GW_INFLUX_URL: influxd.url, GW_INFLUX_DATABASE: 'gridwarden' });
    }
    await cloud.start();
    admin = await cloud.signIn();
    for (let agent = 0; agent < agents; agent++) {
      tokens.push((await admin.post('/api/agents', { id: `gw-${agent}`, name: 'gw', role: 'agent' })).token);
      await admin.post(
        '/api/devices',
        devicesOf(agent).map((id) => ({ id, kind: 'manhole-cover', agent: `gw-${agent}`, lifecycle: 'in service' })),
      );
    }
  });
  afterAll(async () => {
    await cloud.remove();
    await influxd.close();
  });

  it('keeps every reading once, every event in one alert, every alert in one case, and no gap', async () => {
    const senders = tokens.map((token, agent) => new LedgerSender(cloud, `gw-${agent}`, token));
    const raised = new Map<string, string[]>();
    let finished = false;
    const running = Promise.all(senders.map((sender) => sender.run(() => finished)));
    const speaking = (async () => {
      for (let round = 0; round < rounds; round++) {
        for (const [agent, sender] of senders.entries())
          for (const device of devicesOf(agent)) {
            const ts = started + round * 1000;
            sender.say(`gw/v1/gw-${agent}/${device}/telemetry`, { boot: 1, seq: round, ts, values: { tilt_deg: 1, battery_v: 3.6 } });
            if (round % 20 !== 7) continue;
            const id = newUlid(Date.now());
            raised.set(device, [...(raised.get(device) ?? []), id]);
            sender.say(`gw/v1/gw-${agent}/${device}/event`, { id, boot: 1, seq: Math.floor(round / 20), ts, kind: 'tilt', data: { tilt_deg: 20 } });
          }
        await until('the senders keep up', () => senders.every(({ waiting }) => waiting < 100), 60_000);
      }
    })();
    for (let kill = 0; kill < 4; kill++) {
      const from = senders.reduce((sum, sender) => sum + sender.acknowledged, 0);
      await until('some more is acknowledged', () => senders.reduce((sum, sender) => sum + sender.acknowledged, 0) > from + 200 + kill * 37, 60_000);
      await cloud.end('SIGKILL');
      await cloud.start();
    }
    await speaking;
    finished = true;
    await running;
    expect(senders.some(({ cuts }) => cuts > 0)).toBe(true);

    admin = await cloud.signIn();
    for (let agent = 0; agent < agents; agent++)
      for (const device of devicesOf(agent)) {
        const wanted = Array.from({ length: rounds }, (_, round) => started + round * 1000);
        const stored = await until(`all of ${device} is stored`, async () => {
          const { series } = await admin.get(`/api/devices/${device}/telemetry?metric=tilt_deg&from=${started}&to=${started + rounds * 1000}`);
          return series[0]?.ts.length >= rounds && series[0].ts;
        });
        expect(stored).toEqual(wanted);
        const { items } = await admin.get(`/api/alerts?device=${device}`);
        const events = items.flatMap((alert: { events: string[] }) => alert.events);
        expect([...events].sort()).toEqual([...(raised.get(device) as string[])].sort());
        expect(items.reduce((sum: number, alert: { count: number }) => sum + alert.count, 0)).toBe(events.length);
        const cases = await until(`the alerts of ${device} have their case`, async () => {
          const alerts = (await admin.get(`/api/alerts?device=${device}`)).items;
          return alerts.every((alert: { case: string | null }) => alert.case !== null) && (await admin.get(`/api/cases?device=${device}`)).items;
        });
        expect(cases).toHaveLength(1);
      }
    for (const agent of (await admin.get('/api/agents')).items) expect(agent).toMatchObject({ gaps: 0, parked: 0 });
  });
});
