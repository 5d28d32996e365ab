import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadHttp, type Mood } from '../kit/bad-http.ts';
import { Influxd } from '../kit/influxd.ts';
import { LedgerSender } from '../kit/ledger.ts';
import { Cloud, type Person, until } from '../kit/product.ts';

/** An InfluxDB that is there, but not well: nothing is lost, what it refuses for good is parked, alerts never wait for it, and it comes back to level by itself. */
describe('an InfluxDB that', () => {
  const influxd = new Influxd();
  const between = new BadHttp(() => influxd.url);
  const cloud = new Cloud();
  let admin: Person;
  let sender: LedgerSender;
  let finished = false;
  let running: Promise<void>;
  let seq = 0;
  let posts = 0;
  const t0 = Date.now() - 3_600_000;
  beforeAll(async () => {
    await influxd.start();
    await between.start();
    Object.assign(cloud.env, { GW_INFLUX_URL: between.url, GW_INFLUX_DATABASE: 'gridwarden' });
    await cloud.start();
    admin = await cloud.signIn();
    const { token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
    await admin.post('/api/devices', [
      { id: 'cover-1', kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' },
      ...Array.from({ length: 8 }, (_, i) => ({ id: `post-${i}`, kind: 'alarm-post', agent: 'gw-1', lifecycle: 'in service' })),
    ]);
    sender = new LedgerSender(cloud, 'gw-1', token);
    running = sender.run(() => finished);
  });
  afterAll(async () => {
    finished = true;
    sender?.stop();
    await running;
    await cloud.remove();
    await between.stop();
    await influxd.close();
  });
  const say = (count: number, values: object = { tilt_deg: 1, battery_v: 3.6 }) => {
    for (let i = 0; i < count; i++, seq++) sender.say('gw/v1/gw-1/cover-1/telemetry', { boot: 1, seq, ts: t0 + seq, values });
  };
  const stored = async () => Number((await influxd.ask('select count(battery_v) from "manhole-cover"', 'gridwarden'))?.values[0]?.[1] ?? 0);
  const health = () => admin.get('/health');

  async function levelAgain(): Promise<void> {
    await until('all is acknowledged', () => sender.waiting === 0, 60_000);
    await until('all is stored', async () => (await stored()) === seq, 60_000);
    await until('it is level', async () => {
      const { status, stages } = await health();
      return status === 'ok' && stages.telemetry.waiting === 0;
    });
  }

  it.each<[string, Mood]>([
    ['takes two seconds for each request', { mood: 'slow', ms: 2000 }],
    ['answers 500', { mood: 'answers', status: 500, body: '{"error":"engine: cache-max-memory-size exceeded"}' }],
    ['answers 429', { mood: 'answers', status: 429, headers: { 'retry-after': '1' } }],
    ['answers 503', { mood: 'answers', status: 503, body: '{"error":"timeout"}' }],
  ])(
    '%s loses nothing, and no alert waits for it',
    async (_what, mood) => {
      between.mood = mood;
      const asked = between.requests;
      say(300);
      const post = `post-${posts++}`;
      sender.say(`gw/v1/gw-1/${post}/event`, { id: `SOS-${post}`, ts: Date.now(), kind: 'sos' });
      await until('the alert', async () => (await admin.get(`/api/alerts?device=${post}`)).items[0], 5000);
      await until('it was asked', () => between.requests > asked + 1, 30_000);
      if (mood.mood === 'answers') await until('health says why', async () => (await health()).problems.some((line: string) => line.startsWith('Telemetry is kept and waits')));
      say(300);
      between.mood = { mood: 'well' };
      await levelAgain();
    },
    120_000,
  );

  it('is killed again and again under load loses nothing that was acknowledged', async () => {
    for (let kill = 0; kill < 3; kill++) {
      say(400);
      await until('some of it is under way', () => sender.waiting < 200, 30_000);
      influxd.signal('SIGKILL');
      say(200);
      await influxd.stop();
      await influxd.start();
    }
    await levelAgain();
  }, 120_000);

  it('refuses one field type: that reading is parked with its reason, alone', async () => {
    // Somebody else has written this metric as text.
    await influxd.ask('drop measurement "alarm-post"', 'gridwarden').catch(() => {});
    const line = await fetch(`${influxd.url}/write?db=gridwarden&precision=ms`, { method: 'POST', body: `alarm-post,device=post-7 mains_v="text" ${Date.now()}` });
    expect(line.status).toBe(204);
    sender.say('gw/v1/gw-1/post-7/telemetry', { boot: 1, seq: 0, ts: Date.now(), values: { mains_v: 220 } });
    say(50);
    const parked = await until('it is parked', async () =>
      (await admin.get('/api/parked')).items.find((one: { device: string; stage: string }) => one.device === 'post-7' && one.stage === 'telemetry'),
    );
    expect(parked).toMatchObject({ reason: 'store-refused', detail: expect.stringContaining('field type conflict') });
    await levelAgain();
  }, 60_000);
});
