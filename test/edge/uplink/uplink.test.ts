import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../devices/clock.ts';
import { ThreadOutbox } from '../../../edge/outbox/outbox.ts';
import { Uplink } from '../../../edge/uplink/uplink.ts';
import { silent } from '../recorder.ts';
import { Station } from '../station.ts';

const thread = pathToFileURL(join(import.meta.dirname, '../../../dist/edge/outbox.thread.js'));

describe('the uplink, to a real broker', { timeout: 60_000 }, () => {
  let folder: string;
  let station: Station;
  let outbox: ThreadOutbox;
  let uplink: Uplink | null;
  let commands: [device: string, payload: string][];
  let lines: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gw-uplink-'));
    station = new Station();
    await station.open();
    outbox = new ThreadOutbox({ folder, maxMb: 16, clock: systemClock, log: silent, thread });
    await outbox.start();
    uplink = null;
    commands = [];
    lines = [];
  });
  afterEach(async () => {
    await uplink?.stop();
    await outbox.stop();
    await station.close();
    await rm(folder, { recursive: true });
  });

  function connect(token = 'abc') {
    uplink = new Uplink({
      url: `mqtt://127.0.0.1:${station.port}`,
      agent: 'gw-01',
      token,
      version: '1.2.3',
      clock: systemClock,
      log: pino({ level: 'info' }, { write: (line) => void lines.push(line) }),
      random: () => 0.1,
      outbox,
      command: async (device, payload) => void commands.push([device, payload]),
      failed: (error) => {
        throw error;
      },
    });
    uplink.start(42);
  }
  const reading = (device: string, seq: number, pad = '') => ({
    device,
    body: JSON.stringify({ boot: 42, seq, ts: 1_764_000_000_000 + seq, values: { tilt_deg: seq }, ...(pad && { pad }) }),
  });
  const readings = (device: string, from: number, to: number) => Array.from({ length: to - from }, (_, i) => reading(device, from + i));
  const event = (device: string, id: string) => ({ device, what: 'event' as const, body: JSON.stringify({ id, kind: 'tilt', ts: 1 }) });
  const empty = () => outbox.stats().waiting === 0;

  it('says its retained state on connecting, and a goodbye on stopping', async () => {
    connect();
    await station.until('online', () => station.states().length === 1);
    expect(station.heard[0]).toMatchObject({ topic: 'gw/v1/gw-01/state', retain: true, client: 'gw-01' });
    expect(station.states()[0]).toEqual({ online: true, ts: expect.any(Number), boot: 42, version: '1.2.3', waiting: 0, dropped: 0 });
    await uplink?.stop();
    await station.until('goodbye', () => station.goodbyes.includes('gw-01'));
    expect(station.states().map(({ online }) => online)).toEqual([true, false]);
    expect(station.heard.at(-1)?.retain).toBe(true);
  });

  it('leaves a Will that says offline', async () => {
    connect();
    await station.until('online', () => station.states().length === 1);
    station.cut();
    await station.until('Will', () => station.states().some(({ online }) => !online));
    expect(station.heard.find(({ payload }) => payload.includes('"online":false'))).toMatchObject({ topic: 'gw/v1/gw-01/state', retain: true });
  });

  it('sends one reading on its device’s topic, more in the gateway’s batch, and forgets them when they are acknowledged', async () => {
    connect();
    await station.until('online', () => station.states().length === 1);
    await outbox.add({ readings: [reading('a', 0)] });
    await station.until('the single one', () => station.readings().length === 1);
    await outbox.add({ readings: [...readings('a', 1, 3), reading('b', 0)] });
    await station.until('all of it', () => station.readings().length === 4 && empty());
    const sent = station.heard.filter(({ topic }) => topic.endsWith('telemetry'));
    expect(sent.map(({ topic }) => topic)).toEqual(['gw/v1/gw-01/a/telemetry', 'gw/v1/gw-01/telemetry']);
    expect(JSON.parse(sent[0]?.payload as string)).toEqual({
      kept: expect.any(Number),
      sent: expect.any(Number),
      boot: 42,
      seq: 0,
      ts: 1_764_000_000_000,
      values: { tilt_deg: 0 },
    });
    // One word a publish of when it was kept and sent.
    expect(JSON.parse(sent[1]?.payload as string).map((one: object) => 'sent' in one)).toEqual([true, false, false]);
    expect(JSON.parse(sent[1]?.payload as string).map(({ device, seq }: { device: string; seq: number }) => [device, seq])).toEqual([
      ['a', 2],
      ['b', 0],
      ['a', 1],
    ]);
  });

  it('sends events, then each device’s latest, then the backlog in order, in publishes of at most 200 readings and 128 KiB', async () => {
    await outbox.add({ readings: [...readings('a', 0, 500), ...readings('b', 0, 3)] });
    await outbox.add({ readings: Array.from({ length: 30 }, (_, i) => reading('c', i, 'x'.repeat(20_000))) });
    await outbox.add({ urgent: [event('a', 'E1'), event('b', 'E2')] });
    connect();
    await station.until('all of it', empty);
    const order = station.heard.filter(({ topic }) => !topic.endsWith('state')).map(({ topic }) => topic.split('/').at(-1));
    expect(order.slice(0, 2)).toEqual(['event', 'event']);
    expect(order.slice(2)).not.toContain('event');
    const sent = station.readings().map(({ device, seq }) => `${device}${seq}`);
    expect(sent.slice(0, 3)).toEqual(['a499', 'b2', 'c29']);
    expect(sent.slice(3)).toEqual([...Array.from({ length: 499 }, (_, i) => `a${i}`), 'b0', 'b1', ...Array.from({ length: 29 }, (_, i) => `c${i}`)]);
    for (const { payload } of station.heard) expect(payload.length).toBeLessThanOrEqual(128 * 1024);
    for (const { payload } of station.heard.filter(({ topic }) => topic === 'gw/v1/gw-01/telemetry')) expect(JSON.parse(payload).length).toBeLessThanOrEqual(200);
  });

  it('holds telemetry while the cloud asks for it, lets events go, and goes on when there is room', async () => {
    station.telemetry = false;
    await outbox.add({ readings: readings('a', 0, 10), urgent: [event('a', 'E1')] });
    connect();
    await station.until('the event', () => station.events().length === 1);
    await outbox.add({ urgent: [event('a', 'E2')] });
    await station.until('the next event', () => station.events().length === 2);
    expect(station.readings()).toEqual([]);
    station.say('gw/v1/gw-01/flow', { telemetry: true });
    await station.until('telemetry', () => station.readings().length === 10 && empty());
    station.say('gw/v1/gw-01/flow', { telemetry: false });
    await station.until('the word is heard', () => lines.filter((line) => line.includes('holds telemetry')).length === 2);
    await outbox.add({ readings: readings('a', 10, 11), urgent: [event('a', 'E3')] });
    await station.until('the third event', () => station.events().length === 3);
    expect(station.readings()).toHaveLength(10);
    station.telemetry = true;
    station.cut();
    await station.until('a new connection begins as true', () => station.readings().length === 11 && empty());
  });

  it('sends again what was not acknowledged when the connection closed', async () => {
    connect();
    await station.until('online', () => station.states().length === 1);
    station.deaf = true;
    await outbox.add({ readings: readings('a', 0, 5), urgent: [event('a', 'E1')] });
    expect(station.readings()).toEqual([]);
    station.deaf = false;
    station.cut();
    await station.until('all of it', () => empty() && station.connects === 2);
    expect(station.events().map(({ id }) => id)).toEqual(['E1']);
    expect(station.readings().map(({ seq }) => seq)).toEqual([4, 0, 1, 2, 3]);
  });

  it('comes back by itself when the cloud was away', async () => {
    connect();
    await station.until('online', () => station.states().length === 1);
    await station.close();
    await outbox.add({ readings: readings('a', 0, 3) });
    await station.open();
    await station.until('all of it', () => station.readings().length === 3 && empty());
    expect(station.connects).toBe(2);
  });

  it('hands commands on, of its own devices, and acknowledges them', async () => {
    connect();
    await station.until('online', () => station.states().length === 1 && station.connected === 1);
    await station.until('subscribed', () => {
      if (commands.length === 0) station.say('gw/v1/gw-01/cover-1/command', { id: 'C1' });
      return commands.length > 0;
    });
    expect(commands[0]).toEqual(['cover-1', '{"id":"C1"}']);
  });

  it('says clearly that its token is refused, tries slowly, and shows no token', async () => {
    connect('wrong-token-1');
    await station.until('the refusal', () => lines.some((line) => line.includes('refuses this agent')));
    const line = JSON.parse(lines.find((one) => one.includes('refuses this agent')) as string);
    expect(line.level).toBe(50);
    expect(line.wait_ms).toBeGreaterThanOrEqual(30_000);
    expect(station.refused).toBe(1);
    expect(lines.join()).not.toContain('wrong-token-1');
  });

  it('waits longer each time it is taken and cut off at once, and says that another one may use its token', async () => {
    connect();
    for (let time = 1; time <= 4; time++) {
      await station.until('it is taken', () => station.states().filter(({ online }) => online).length === time);
      station.cut();
    }
    const told = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes('not connected'));
    await station.until('it has noticed', () => told().length === 4);
    expect(told().map(({ wait_ms }) => wait_ms)).toEqual([100, 1100, 2200, 4400]);
    expect(told().map(({ msg }) => msg.includes('another one uses its token'))).toEqual([false, false, true, false]);
  });

  it('stops within seconds when the cloud acknowledges nothing', async () => {
    connect();
    await station.until('online', () => station.states().length === 1);
    station.deaf = true;
    await outbox.add({ readings: readings('a', 0, 5) });
    const before = performance.now();
    await uplink?.stop();
    expect(performance.now() - before).toBeLessThan(8000);
    await uplink?.stop();
  });
});
