import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentProcess } from '../edge/process.ts';
import { Influxd } from '../kit/influxd.ts';
import { connectPacket, publishPacket, RawMqtt } from '../kit/mqtt-raw.ts';
import { adminPassword, Cloud, Person, until } from '../kit/product.ts';
import { asks } from './rights/asks.ts';
import { Campuses, password } from './rights/campuses.ts';

const half = 12 * 3_600_000;
/** Of the system's package `faketime`. */
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** A day of the cloud and of an agent, both at the loudest level, in which everything that is said is said by somebody, rightly and wrongly. */
describe('a day of logs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-log-'));
  const clock = join(folder, 'offset');
  const setClock = (ms: number) => writeFileSync(clock, `+${ms / 1000}\n`);
  const influx = new Influxd();
  const influxPassword = 'influx-Pa55/word';
  let campuses: Campuses;
  let agent: AgentProcess;
  let failedStart = '';
  let logged = '';
  /** By what it is, so that a finding says what was told. */
  const secrets = new Map<string, string>([
    ['the administrator’s password', adminPassword],
    ['the password of accounts', password],
    ['the password of InfluxDB', influxPassword],
    ['the password of InfluxDB in the address', encodeURIComponent(influxPassword)],
    ['the password of InfluxDB in a header', Buffer.from(`gw:${influxPassword}`).toString('base64')],
  ]);
  const secret = (what: string, value: string) => {
    secrets.set(`${what} ${secrets.size}`, value);
    return value;
  };
  const cookieOf = ({ cookie }: Person) => secret('a session', cookie.split('=')[1] as string);

  async function wrongly(cloud: Cloud): Promise<void> {
    const nobody = cloud.nobody();
    for (const [username, given] of [
      ['admin', 'a-wrong-password'],
      ['a-password-in-the-wrong-field', 'a-wrong-password'],
      ['line\n{"level":60,"msg":"forged"}', 'a-wrong-password'],
    ] as const)
      await nobody.ask('POST', '/api/session', {
        username: secret('a user name that is none', username === 'admin' ? 'a-name-of-nobody' : username),
        password: secret('a wrong password', given),
      });
    await new Person(cloud.base, 'gw_session=a-session-of-nobody', secret('a token of nobody', 'gwt_of-nobody')).ask('GET', '/api/devices');
    for (const auth of [{ token: secret('a token of nobody', 'gwt_nor-on-a-socket') }, {}]) {
      const socket = io(cloud.base, { transports: ['websocket'], auth, reconnection: false, forceNew: true });
      await new Promise((resolve) => socket.once('connect_error', resolve));
    }
    const admin = await cloud.signIn();
    cookieOf(admin);
    await admin.ask('POST', '/api/accounts', { username: 'x', password: secret('a password of a faulty account', 'is-not-told-back'), role: 'king' });
    await admin.ask('PUT', '/api/session/password', { old: secret('a wrong old password', 'not-the-old-one'), new: secret('a new password', 'never-set-as-such') });
    const line = await RawMqtt.open(cloud.mqtt);
    line.send(connectPacket({ clientId: 'own-gw', username: 'own-gw', password: secret('a token of nobody', 'gwa_of-nobody') }));
    await line.closed;
    const other = await RawMqtt.enter(cloud.mqtt, { clientId: 'own-gw', username: 'own-gw', password: campuses.tokens['own-gw'] as string });
    other.send(publishPacket('gw/v1/else/state\n{"level":60,"msg":"forged"}', '{}'));
    await other.closed;
  }

  beforeAll(async () => {
    setClock(0);
    await influx.start();
    const address = influx.url.replace('http://', `http://gw:${encodeURIComponent(influxPassword)}@`);
    campuses = new Campuses({
      GW_LOG_LEVEL: 'trace',
      GW_INFLUX_URL: address,
      GW_INFLUX_DATABASE: 'gridwarden',
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    await campuses.open();
    const { cloud, admin } = campuses;
    for (const [name, token] of Object.entries(campuses.tokens)) secret(`the token of ${name}`, token);
    for (const { person } of [...campuses.askers('session'), ...campuses.askers('API token')])
      if (person.cookie) cookieOf(person);
      else if (person.token) secret('a token', person.token);

    const { token } = await admin.post('/api/agents', { id: 'edge-gw' });
    secret('the token of an agent process', token);
    await admin.post('/api/devices', { id: 'edge-cover', kind: 'manhole-cover', agent: 'edge-gw', lifecycle: 'in service' });
    agent = AgentProcess.of(folder, {
      cloud: { url: `mqtt://127.0.0.1:${cloud.mqtt}`, agent: 'edge-gw', token, http: cloud.base },
      log_level: 'trace',
      devices: [{ id: 'edge-cover', kind: 'manhole-cover', interval_s: 1, driver: { type: 'simulated', seed: 7 } }],
    });
    await until('the agent speaks', async () => (await admin.get('/api/devices/edge-cover')).latest);

    // Morning: whoever may and whoever may not, on every route; and those who guess.
    for (const shown of ['session', 'API token'] as const)
      for (const asker of campuses.askers(shown).filter(({ name }) => ['administrator-of-all', 'school', 'agent'].includes(name)))
        for (const [label, asking] of Object.entries(asks)) {
          if (label.includes('/api/session')) continue;
          const { path, body } = await asking({ campuses, side: 'secret', asker, fresh: false });
          const answer = await asker.person.ask(label.split(' ')[0] as string, path, body);
          if (typeof answer.body?.token === 'string') secret('a token that was shown', answer.body.token);
        }
    await wrongly(cloud);

    // Noon: a photo is damaged on the disk, the store goes away and comes back.
    setClock(half);
    const later = await cloud.signIn();
    cookieOf(later);
    for (const name of readdirSync(join(cloud.folder, 'data/photos'), { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.jpg')) writeFileSync(join(cloud.folder, 'data/photos', name), 'x');
    expect((await later.ask('GET', `/api/cases/${campuses.things.own.case}/photos/${campuses.things.own.photo}`)).status).toBe(500);
    await influx.stop();
    await campuses.say('own', 'own-cover/telemetry', { ts: Date.now() + half, values: { tilt_deg: 1 } });
    await until('the store is away', () => cloud.output.includes('readings wait for the store'));
    await influx.start();
    await until('the store is back', () => cloud.output.includes('the store takes readings again'));

    // Night: the agent's token is another now; the cloud ends, and a start that fails.
    setClock(2 * half);
    const night = await cloud.signIn();
    cookieOf(night);
    secret('a renewed token', (await night.post('/api/agents/edge-gw/token')).token);
    await until('the agent is refused', () => agent.lines.some((line) => line.includes('refuses this agent')));
    await wrongly(cloud);
    await agent.end('SIGTERM');
    await cloud.end();
    await new Cloud({ GW_INFLUX_URL: `${address}/wrong` }, folder).start().catch((error) => {
      failedStart = String(error);
    });
    logged = `${cloud.output}\n${agent.lines.join('\n')}\n${agent.stderr}\n${failedStart}`;
  });
  afterAll(async () => {
    await agent?.end('SIGKILL');
    await campuses?.close();
    await influx.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds no password, no token and no session, nor what is kept of one', () => {
    const found = [...secrets].filter(([, value]) => logged.includes(value) || logged.includes(createHash('sha256').update(value).digest('hex')));
    expect(found.map(([what]) => what)).toEqual([]);
    expect(secrets.size).toBeGreaterThan(50);
  });

  it('tells who failed to sign in, what was refused to whom, and what went wrong', () => {
    for (const message of ['a sign-in failed', 'a request was refused', 'a connection was refused', 'published outside its rights', 'a photo cannot be shown', 'a request failed'])
      expect(campuses.cloud.output).toContain(message);
    expect(failedStart).toContain('http://[secret]@127.0.0.1');
  });

  it('is lines of JSON, each with its time, level, part and process, and nobody forges one', () => {
    const lines = [...campuses.cloud.output.split('\n'), ...agent.lines].filter((line) => line !== '').map((line) => JSON.parse(line));
    expect(lines.filter(({ time, level, part, pid, msg }) => ![time, level, pid].every(Number.isFinite) || typeof part !== 'string' || typeof msg !== 'string')).toEqual([]);
    expect(lines.filter(({ msg }) => msg === 'forged')).toEqual([]);
    const hours = lines.map(({ time }) => time);
    expect(Math.max(...hours) - Math.min(...hours)).toBeGreaterThan(2 * half);
  });
});
