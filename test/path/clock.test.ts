import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, type Person, publish, until } from '../kit/product.ts';

const hour = 3_600_000;
/** Of the system's package `faketime`. */
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** The wall clock of the cloud jumps; its monotonic clock, and those of the devices, go on as they did. */
describe('when the cloud’s clock jumps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-clock-'));
  const file = join(folder, 'offset');
  const setClock = (ms: number) => writeFileSync(file, `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}\n`);
  let cloud: Cloud;
  let admin: Person;
  let agent: MqttClient;
  const numbers = new Map<string, number>();
  /** Of a device its own, from 0. */
  const next = (device: string) => {
    const seq = numbers.get(device) ?? 0;
    numbers.set(device, seq + 1);
    return seq;
  };
  let talking: NodeJS.Timeout;
  const told: number[] = [];
  beforeAll(async () => {
    setClock(0);
    cloud = await new Cloud({ LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' }).start();
    admin = await cloud.signIn();
    const { token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
    await admin.post('/api/devices', [
      ...['ahead', 'back', 'again'].map((id) => ({ id, kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' })),
      { id: 'talks', kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service', interval_s: 2 },
    ]);
    agent = await cloud.connect('gw-1', token, { keepalive: 5 });
    talking = setInterval(() => {
      const ts = Date.now();
      told.push(ts);
      void say('talks', 1, ts);
    }, 500);
  });
  afterAll(async () => {
    clearInterval(talking);
    agent?.end(true);
    await cloud?.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  const say = (device: string, tilt_deg: number, ts = Date.now()) => publish(agent, `gw/v1/gw-1/${device}/telemetry`, { boot: 1, seq: next(device), ts, values: { tilt_deg } });
  const alertOf = async (device: string, cause = 'tilt') => (await admin.get(`/api/alerts?device=${device}`)).items.find((one: { cause: string }) => one.cause === cause);
  const offline = () => alertOf('talks', 'offline');

  it.each([
    ['an hour ahead', 'ahead', hour],
    ['an hour back from where it was', 'back', -hour],
    ['back to what it should be', 'again', 0],
  ])(
    '%s, holds and silences go on by the time that passes',
    async (_how, device, offset) => {
      await say(device, 20);
      await new Promise((go) => setTimeout(go, 300));
      const jumped = performance.now();
      setClock(offset);
      const alert = await until('it fires', () => alertOf(device), 20_000);
      // Three seconds from the reading, which came 300 ms before.
      expect(performance.now() - jumped).toBeGreaterThan(2000);
      expect(alert).toMatchObject({ severity: 'warning', value: 20 });
      await until('it has its case', async () => (await alertOf(device)).case);
      // Longer than a silence that counted would take.
      await new Promise((go) => setTimeout(go, 3000));
      expect(await offline()).toBeUndefined();
      expect((await admin.get('/api/devices/talks')).status).toBe('ok');
    },
    60_000,
  );

  it('a silence is told after its time, and every reading stands at the time of its device', async () => {
    clearInterval(talking);
    const quiet = performance.now();
    await until('it is offline', offline, 20_000);
    expect(performance.now() - quiet).toBeGreaterThan(4000);
    const ts = await until('all is stored', async () => {
      const { series } = await admin.get(`/api/devices/talks/telemetry?metric=tilt_deg&from=0&to=${Date.now() + 2 * hour}`);
      return series[0]?.ts.length === told.length && series[0].ts;
    });
    expect(ts).toEqual(told);
    expect((await admin.get('/api/agents')).items[0]).toMatchObject({ gaps: 0, repeats: 0, parked: 0, online: true });
  }, 60_000);
});
