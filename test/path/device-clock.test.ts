import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, type Person, publish, until } from '../kit/product.ts';

const hour = 3_600_000;
const interval_s = 2;
const talkMs = 400;

interface Told {
  seq: number;
  sentTs: number;
  /** Between its sending and its PUBACK, by our clock. */
  from: number;
  to: number;
}

/** What each device's clock shows at a time, and what the cloud is to think of it. */
const clocks: Record<string, { shows: (now: number) => number; clock: 'ok' | 'unset'; isSkewKnown: boolean }> = {
  right: { shows: (now) => now, clock: 'ok', isSkewKnown: false },
  'in-1970': { shows: (now) => now % hour, clock: 'unset', isSkewKnown: true },
  'in-2099': { shows: (now) => now + 73 * 365 * 24 * hour, clock: 'unset', isSkewKnown: true },
  'in-seconds': { shows: (now) => Math.floor(now / 1000), clock: 'unset', isSkewKnown: true },
  'in-microseconds': { shows: (now) => now * 1000, clock: 'unset', isSkewKnown: true },
  ahead: { shows: (now) => now + 8 * hour, clock: 'ok', isSkewKnown: true },
  // What comes late looks the same.
  behind: { shows: (now) => now - 8 * hour, clock: 'ok', isSkewKnown: false },
};
const names = Object.keys(clocks);

describe('a device whose clock is wrong', () => {
  const cloud = new Cloud();
  let admin: Person;
  let agent: MqttClient;
  let talking: NodeJS.Timeout | undefined;
  const told = new Map<string, Told[]>(names.map((name) => [name, []]));
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    const { token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
    await admin.post(
      '/api/devices',
      names.map((id) => ({ id, kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service', interval_s })),
    );
    agent = await cloud.connect('gw-1', token);
    talking = setInterval(() => void everyone(quiet), talkMs);
  });
  afterAll(async () => {
    clearInterval(talking);
    agent?.end(true);
    await cloud.remove();
  });

  let boot = 1;
  const quiet = { battery_v: 3.6 };
  async function say(device: string, values: object, shows = clocks[device]?.shows as (now: number) => number): Promise<void> {
    const all = told.get(device) as Told[];
    const from = Date.now();
    const one = { seq: all.length, sentTs: shows(from), from, to: Number.POSITIVE_INFINITY };
    all.push(one);
    await publish(agent, `gw/v1/gw-1/${device}/telemetry`, { boot, seq: one.seq, ts: one.sentTs, values });
    one.to = Date.now();
  }
  const everyone = (values: object) => Promise.all(names.map((name) => say(name, values)));
  const alertOf = async (device: string, cause: string) => (await admin.get(`/api/alerts?device=${device}`)).items.find((one: { cause: string }) => one.cause === cause);

  it('is heard as any other: a hold lasts by the time that passes, and its alert stands at a time that was', async () => {
    const said = performance.now();
    await everyone({ tilt_deg: 20 });
    for (const name of names) {
      const alert = await until(`${name} fires`, () => alertOf(name, 'tilt'));
      const one = (told.get(name) as Told[]).find(({ to, sentTs }) => (clocks[name]?.clock === 'ok' ? sentTs === alert.firstTs : to >= alert.rx)) as Told;
      expect(performance.now() - said).toBeGreaterThan(2500);
      expect(alert).toMatchObject({ severity: 'warning', count: 1 });
      expect(alert.rx).toBeGreaterThanOrEqual(one.from);
      expect(alert.firstTs).toBe(clocks[name]?.clock === 'ok' ? one.sentTs : alert.rx);
    }
    expect(performance.now() - said).toBeLessThan(20_000);
  });

  it('keeps both times, and its skew is shown', async () => {
    for (const name of names) {
      const { clock, isSkewKnown } = clocks[name] as (typeof clocks)[string];
      const { latest } = await admin.get(`/api/devices/${name}`);
      const one = (told.get(name) as Told[]).find(({ sentTs, to }) => sentTs === latest.sentTs && to >= latest.rx) as Told;
      expect(latest.clock).toBe(clock);
      expect(latest.rx).toBeGreaterThanOrEqual(one.from);
      expect(latest.ts).toBe(clock === 'ok' ? latest.sentTs : latest.rx);
      expect(latest.skewMs).toBe(isSkewKnown ? latest.sentTs - latest.rx : null);
    }
  });

  it('its silence counts by the time that passes, and what it told stands in its order, none on another', async () => {
    for (const name of names) expect([name, await alertOf(name, 'offline')]).toEqual([name, undefined]);
    clearInterval(talking);
    // Several within each millisecond.
    await Promise.all(Array.from({ length: 100 }, () => everyone(quiet)));
    const since = performance.now();
    for (const name of names) await until(`${name} is offline`, () => alertOf(name, 'offline'), 20_000);
    expect(performance.now() - since).toBeGreaterThan(interval_s * 2500 - 1000);
    for (const name of names) {
      const all = told.get(name) as Told[];
      const { series } = await admin.get(`/api/devices/${name}/telemetry?metric=battery_v,tilt_deg&from=0&to=${Date.now() + 24 * hour}`);
      const stored = series.flatMap(({ ts }: { ts: number[] }) => ts).sort((a: number, b: number) => a - b) as number[];
      if (clocks[name]?.clock === 'ok') {
        // What bears one time is one.
        expect(stored).toEqual([...new Set(all.map(({ sentTs }) => sentTs))]);
        continue;
      }
      expect(stored).toHaveLength(all.length);
      stored.forEach((ts, i) => {
        expect(ts).toBeGreaterThanOrEqual((all[i] as Told).from);
        expect(ts).toBeLessThanOrEqual((all[i] as Told).to + 100);
      });
    }
    expect((await admin.get('/api/agents')).items[0]).toMatchObject({ gaps: 0, repeats: 0, parked: 0 });
  }, 60_000);

  it('that is set right and starts anew is heard, whatever it said before', async () => {
    boot = 2;
    for (const name of names) told.set(name, []);
    for (const name of names) await say(name, { tilt_deg: 50 }, (now) => now);
    for (const name of names) await until(`${name} fires`, async () => (await alertOf(name, 'tilt'))?.severity === 'critical');
    for (const name of names) expect((await admin.get(`/api/devices/${name}`)).latest).toMatchObject({ clock: 'ok' });
  });
});
