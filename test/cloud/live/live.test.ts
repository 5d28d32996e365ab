import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { system } from '../../../cloud/register/register.ts';
import type { Latest } from '../../../cloud/threads/threads.ts';
import { type LiveClient, openLive, type TestLive } from '../../kit/live.ts';

let at: TestLive;
beforeEach(async () => {
  at = await openLive();
});
afterEach(() => at.close());

const hears = (client: LiveClient, id: string) => client.until(() => expect(client.alerts.has(id)).toBe(true));
const openCase = (device: string, category = 'tilt') =>
  at.at.work.cases.create({ username: 'hejing', role: 'dispatcher', scope: { all: true }, via: { token: '' } }, { text: 'x', device, category });

describe('on connecting', () => {
  test('a viewer gets a snapshot of what is unresolved, open, and not ok, in their scope', async () => {
    at.raise('cover-1');
    at.raise('post-1', { cause: 'sos' });
    at.raise('post-2', { cause: 'sos' });
    await openCase('post-1');
    const closed = await openCase('cover-2');
    await at.at.work.cases.act({ username: 'admin', role: 'administrator', scope: { all: true }, via: { token: '' } }, closed.id, { action: 'void', version: 1 });
    at.at.register.setStatuses([
      { id: 'post-1', status: 'alarm' },
      { id: 'cover-1', status: 'ok' },
    ]);
    const admin = await at.connect('admin').ready();
    expect([...admin.alerts.values()].map(({ device }) => device)).toEqual(['cover-1', 'post-1', 'post-2']);
    expect([...admin.cases.values()].map(({ device }) => device)).toEqual(['post-1']);
    expect(admin.devices.get('post-1')).toEqual({ id: 'post-1', status: 'alarm' });
    expect(admin.devices.has('cover-1')).toBe(false);
    const school = await at.connect('school').ready();
    expect([...school.alerts.values()].map(({ device }) => device)).toEqual(['post-1']);
    expect([...school.cases.keys()]).toHaveLength(1);
    expect([...school.devices.keys()]).toEqual(['post-1']);
    expect(JSON.stringify(school.told)).not.toMatch(/cover-1|post-2|school-2/);
  });

  test('nobody, a wrong token, an agent, and a foreign origin are refused', async () => {
    const { token } = await at.at.register.agents.renewToken(system, 'gw-1');
    for (const over of [{ auth: {} }, { auth: { token: 'wrong' } }, { auth: { token } }, { auth: { token: 7 } }, { auth: {}, extraHeaders: { cookie: 'gw_session=%zz' } }]) {
      const client = at.connect(undefined, over);
      const error = await new Promise<Error & { data?: { status: number } }>((resolve) => client.socket.once('connect_error', resolve as (error: Error) => void));
      expect(error.data?.status).toBe(401);
      expect(client.told).toEqual([]);
    }
    const foreign = at.connect('admin', { extraHeaders: { origin: 'http://evil.example' } });
    await new Promise((resolve) => foreign.socket.once('connect_error', resolve));
    expect(foreign.told).toEqual([]);
    expect(at.live.stats().sockets).toBe(0);
  });

  test('the cookie of a session serves as well, over polling too', async () => {
    const answer = await at.at.ask('POST', '/api/session', { body: { username: 'school', password: 'correct horse' } });
    const cookie = String(answer.headers['set-cookie']).split(';')[0] as string;
    at.raise('post-1', { cause: 'sos' });
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
      const client = await at.connect(undefined, { transports, extraHeaders: { cookie } }).ready();
      expect(client.alerts.size).toBe(1);
    }
  });
});

describe('a delta', () => {
  test('brings what changed, to those who may see it, and each client’s prev is the version it was last sent', async () => {
    const [admin, school, wang] = await Promise.all([at.connect('admin').ready(), at.connect('school').ready(), at.connect('wang').ready()]);
    const first = at.raise('post-1', { cause: 'sos' }).placed.alert.id;
    await Promise.all([hears(admin, first), hears(school, first), hears(wang, first)]);
    const second = at.raise('cover-2').placed.alert.id;
    await hears(admin, second);
    const late = await at.connect('admin').ready();
    const third = at.raise('post-1', { cause: 'tamper' }).placed.alert.id;
    await Promise.all([hears(admin, third), hears(school, third), hears(wang, third), hears(late, third)]);
    for (const client of [admin, school, wang, late]) expect(client.gaps).toBe(0);
    expect(school.alerts.size).toBe(2);
    expect(wang.alerts.has(second)).toBe(false);
    expect(late.of('delta')[0].prev).toBe(late.of('snapshot')[0].version);
    expect(JSON.stringify([...school.told, ...wang.told])).not.toContain('cover-2');
  });

  test('brings a resolved alert and an ended case once in their last shape', async () => {
    const admin = await at.connect('admin').ready();
    const { placed } = at.raise('cover-1');
    await hears(admin, placed.alert.id);
    at.live.alerts([{ ...placed, alert: { ...placed.alert, state: 'resolved', resolvedTs: 5 } }]);
    await admin.until(() => expect(admin.alerts.get(placed.alert.id).state).toBe('resolved'));
    const opened = await openCase('cover-1');
    await at.at.work.cases.act({ username: 'hejing', role: 'dispatcher', scope: { all: true }, via: { token: '' } }, opened.id, { action: 'void', version: 1 });
    await admin.until(() => expect(admin.cases.get(opened.id).stage).toBe('void'));
    const late = await at.connect('admin').ready();
    expect([late.alerts.size, late.cases.size]).toEqual([0, 0]);
  });

  test('shows each viewer the actions of their own role', async () => {
    const [hejing, drain, wang] = await Promise.all([at.connect('hejing').ready(), at.connect('drain').ready(), at.connect('wang').ready()]);
    const { id } = await openCase('cover-1');
    await Promise.all([hejing, drain, wang].map((client) => client.until(() => expect(client.cases.has(id)).toBe(true))));
    expect(hejing.cases.get(id).actions).toEqual(['register', 'void', 'note']);
    expect(drain.cases.get(id).actions).toEqual(['note']);
    const fresh = await at.connect('hejing').ready();
    expect(fresh.cases.get(id)).toEqual(hejing.cases.get(id));
  });

  test('a case that is dispatched to a department comes to it whole', async () => {
    const power = await at.connect('power').ready();
    const { id } = await openCase('cover-1');
    const dispatcher = { username: 'hejing', role: 'dispatcher', scope: { all: true }, via: { token: '' } } as const;
    await at.at.work.cases.act(dispatcher, id, { action: 'register', version: 1 });
    await at.at.work.cases.act(dispatcher, id, { action: 'dispatch', version: 2, department: 'dept-power' });
    await power.until(() => expect(power.cases.get(id)).toMatchObject({ stage: 'dispatched', text: 'x', actions: ['accept', 'return', 'note'] }));
    expect(power.gaps).toBe(0);
  });

  test('a device that moves goes from one view and comes whole into the other', async () => {
    const [wang, school] = await Promise.all([at.connect('wang').ready(), at.connect('school').ready()]);
    expect(wang.devices.has('camera-1')).toBe(true);
    const latest: Latest = { ts: 1, rx: 2, sentTs: 1, clock: 'ok', skewMs: null, values: { fps: 25 }, at: { fps: 1 } };
    at.at.latest.set('camera-1', latest);
    at.at.register.setStatuses([{ id: 'camera-1', status: 'ok' }]);
    at.live.statuses([{ id: 'camera-1', status: 'ok' }]);
    await at.at.register.devices.patch(system, 'camera-1', { grid: 'grid-2', site: 'school-1' });
    await wang.until(() => expect(wang.devices.has('camera-1')).toBe(false));
    await school.until(() => expect(school.devices.get('camera-1')).toMatchObject({ status: 'ok', kind: 'camera', site: 'school-1', position: { lon: 114.49 }, latest }));
    expect(wang.of('delta').flatMap(({ devices }) => devices ?? [])).toContainEqual({ id: 'camera-1', gone: true });
  });

  test('a status is told with the id alone, and not of a device that nobody registered', async () => {
    const admin = await at.connect('admin').ready();
    at.live.statuses([
      { id: 'nothing', status: 'alarm' },
      { id: 'cover-1', status: 'alarm' },
    ]);
    await admin.until(() => expect(admin.of('delta')).toHaveLength(1));
    expect(admin.of('delta')[0].devices).toEqual([{ id: 'cover-1', status: 'alarm' }]);
  });

  test('what comes close together goes out together', async () => {
    const admin = await at.connect('admin').ready();
    for (let i = 0; i < 500; i++) at.raise('cover-1', { cause: `cause-${i}` });
    await admin.until(() => expect(admin.alerts.size).toBe(500));
    expect(admin.of('delta').length).toBeLessThan(50);
    expect(admin.gaps).toBe(0);
  });
});

test('those who see the same cost one serialisation, however many they are', async () => {
  const costOf = async (clients: LiveClient[]): Promise<number> => {
    const { placed } = at.raise('post-1', { cause: `cause-${clients.length}` });
    let made = 0;
    const counted = Object.defineProperty({ ...placed.alert, count: 7 }, 'toJSON', {
      value(this: object) {
        made++;
        return { ...this };
      },
    });
    at.live.alerts([{ ...placed, alert: counted }]);
    await Promise.all(clients.map((client) => client.until(() => expect(client.alerts.get(placed.alert.id)?.count).toBe(7))));
    return made;
  };
  const one = [await at.connect('school').ready()];
  const few = await costOf(one);
  const many = [...one, ...(await Promise.all(Array.from({ length: 15 }, () => at.connect('school').ready())))];
  // The first message after connecting has a `prev` of each one's own.
  await costOf(many);
  expect(await costOf([...many, many[0] as LiveClient])).toBe(few);
  expect(few).toBeGreaterThan(0);
});

describe('versions', () => {
  test('grow, and are never used twice, over restarts too', async () => {
    const first = await at.connect('admin').ready();
    await hears(first, at.raise('cover-1').placed.alert.id);
    await at.restart();
    const second = await at.connect('admin').ready();
    expect(second.version).toBeGreaterThan(first.version);
  });

  test('of two viewers of different views are never the same', async () => {
    const clients = await Promise.all(['admin', 'hejing', 'school', 'drain'].map((name) => at.connect(name).ready()));
    await Promise.all(
      clients
        .slice(0, 3)
        .map((client) => hears(client, 'alert-1').catch(() => {}))
        .concat(Promise.resolve(void at.raise('post-1'))),
    );
    const versions = clients.flatMap((client) => [...new Set(client.told.map(({ body }) => body.version))]);
    expect(new Set(versions).size).toBe(versions.length);
  });
});

describe('resume', () => {
  test('replays what was missed, each thing once in its present shape, and is gone on from without a gap', async () => {
    const admin = await at.connect('admin').ready();
    const from = admin.version;
    const { placed } = at.raise('cover-1');
    await hears(admin, placed.alert.id);
    at.live.alerts([{ ...placed, alert: { ...placed.alert, count: 2 } }]);
    const other = at.raise('cover-2').placed.alert.id;
    await hears(admin, other);
    const again = at.connect('admin');
    again.version = from;
    again.socket.on('connect', () => again.socket.emit('resume', { version: from }));
    await again.until(() => expect(again.of('delta').some(({ prev }) => prev === from)).toBe(true));
    const replay = again.of('delta').find(({ prev }) => prev === from);
    expect(replay.alerts.map(({ id, count }: { id: string; count: number }) => [id, count])).toEqual([
      [placed.alert.id, 2],
      [other, 1],
    ]);
    const third = at.raise('lamp-1').placed.alert.id;
    await hears(again, third);
    expect(again.of('delta').at(-1).prev).toBe(replay.version);
  });

  test('with nothing missed is answered by an empty delta', async () => {
    const admin = await at.connect('admin').ready();
    const { version } = admin;
    expect(await admin.ask('resume', { version })).toEqual({ ok: true });
    await admin.until(() => expect(admin.of('delta')).toEqual([{ prev: version, version: expect.any(Number) }]));
    expect(admin.version).toBeGreaterThan(version);
  });

  test('from a version of before a restart, of the future, of nobody, or of another viewer brings a snapshot', async () => {
    const before = (await at.connect('admin').ready()).version;
    await at.restart();
    const school = await at.connect('school').ready();
    const admin = await at.connect('admin').ready();
    let snapshots = 1;
    for (const version of [before, admin.version + 1_000, 0, school.version]) {
      await admin.ask('resume', { version });
      snapshots++;
      await admin.until(() => expect(admin.of('snapshot')).toHaveLength(snapshots));
    }
    expect(admin.of('delta')).toEqual([]);
  });

  test('after the rights have changed is a snapshot of the new ones, though the version was this account’s own', async () => {
    const school = await at.connect('school').ready();
    at.raise('post-1', { cause: 'sos' });
    await school.until(() => expect(school.alerts.size).toBe(1));
    const { version } = school;
    await at.at.accounts.patch('admin', 'school', { scope: { site: 'school-2' } });
    const again = at.connect('school');
    again.socket.on('connect', () => again.socket.emit('resume', { version }));
    await again.ready();
    expect(again.of('delta').filter(({ alerts }) => alerts)).toEqual([]);
    expect(again.alerts.size).toBe(0);
    expect([...again.devices.keys()]).toEqual(['post-2']);
  });
});

describe('when rights change or end', () => {
  test('the sockets of a token get a new snapshot of the new scope within a second', async () => {
    at.raise('post-1', { cause: 'sos' });
    at.raise('post-2', { cause: 'sos' });
    const school = await at.connect('school').ready();
    expect([...school.alerts.values()].map(({ device }) => device)).toEqual(['post-1']);
    const began = performance.now();
    await at.at.accounts.patch('admin', 'school', { scope: { site: 'school-2' } });
    await school.until(() => expect([...school.alerts.values()].map(({ device }) => device)).toEqual(['post-2']));
    expect(performance.now() - began).toBeLessThan(1000);
    const { placed } = at.raise('post-1', { cause: 'tamper' });
    const { placed: seen } = at.raise('post-2', { cause: 'tamper' });
    await hears(school, seen.alert.id);
    expect(school.alerts.has(placed.alert.id)).toBe(false);
  });

  test('the sockets of a session are cut at its sign-out, those of another stay', async () => {
    const signIn = async () =>
      String((await at.at.ask('POST', '/api/session', { body: { username: 'hejing', password: 'correct horse' } })).headers['set-cookie']).split(';')[0] as string;
    const [one, two] = [await signIn(), await signIn()];
    const first = await at.connect(undefined, { extraHeaders: { cookie: one } }).ready();
    const second = await at.connect(undefined, { extraHeaders: { cookie: two } }).ready();
    await at.at.ask('DELETE', '/api/session', { headers: { cookie: one } });
    await first.until(() => expect(first.cut).toBe('io server disconnect'));
    await hears(second, at.raise('cover-1').placed.alert.id);
    expect(second.cut).toBeNull();
  });

  test('an account that is removed is cut', async () => {
    const wang = await at.connect('wang').ready();
    await at.at.accounts.remove('admin', 'wang');
    await wang.until(() => expect(wang.cut).toBe('io server disconnect'));
  });

  test('a session that nobody uses is cut when its time is over', async () => {
    const answer = await at.at.ask('POST', '/api/session', { body: { username: 'hejing', password: 'correct horse' } });
    const client = await at.connect(undefined, { extraHeaders: { cookie: String(answer.headers['set-cookie']).split(';')[0] as string } }).ready();
    at.at.at.clock.advance(11 * 3_600_000);
    await hears(client, at.raise('cover-1').placed.alert.id);
    at.at.at.clock.advance(2 * 3_600_000);
    await client.until(() => expect(client.cut).toBe('io server disconnect'));
  });
});

describe('watch', () => {
  const reading = (device: string, ts = 1) => ({ device, ts, rx: ts + 1, values: { tilt_deg: 3 } });

  test('brings the readings of devices in scope, and of no others', async () => {
    const school = await at.connect('school').ready();
    expect(await school.ask('watch', { devices: ['post-1', 'post-2', 'nothing', 'post-1'] })).toEqual({ ok: true, devices: ['post-1'] });
    await vi.waitFor(() => expect(at.watched.at(-1)).toEqual(['post-1']));
    at.live.readings([reading('post-2'), reading('cover-1'), reading('post-1')]);
    await school.until(() => expect(school.of('reading')).toEqual([reading('post-1')]));
  });

  test('takes the place of the watch before, and ends with the socket', async () => {
    const [admin, other] = await Promise.all([at.connect('admin').ready(), at.connect('hejing').ready()]);
    await admin.ask('watch', { devices: ['cover-1', 'cover-2'] });
    await other.ask('watch', { devices: ['cover-2'] });
    await admin.ask('watch', { devices: ['lamp-1'] });
    await vi.waitFor(() => expect(new Set(at.watched.at(-1))).toEqual(new Set(['cover-2', 'lamp-1'])));
    at.live.readings([reading('cover-1'), reading('cover-2'), reading('lamp-1')]);
    await admin.until(() => expect(admin.of('reading')).toEqual([reading('lamp-1')]));
    expect(other.of('reading')).toEqual([reading('cover-2')]);
    admin.socket.disconnect();
    await vi.waitFor(() => expect(at.watched.at(-1)).toEqual(['cover-2']));
  });

  test('a device that leaves the scope is told of no longer', async () => {
    const school = await at.connect('school').ready();
    await school.ask('watch', { devices: ['post-1'] });
    await at.at.register.devices.patch(system, 'post-1', { site: 'school-2' });
    at.live.readings([reading('post-1')]);
    await school.until(() => expect(school.devices.has('post-1')).toBe(false));
    expect(school.of('reading')).toEqual([]);
  });
});

describe('what a client should not say', () => {
  test('is answered with what is allowed, and counted; the socket goes on', async () => {
    const admin = await at.connect('admin').ready();
    for (const [event, body] of [
      ['resume', undefined],
      ['resume', { version: 'x' }],
      ['resume', { version: 1.5 }],
      ['resume', { version: 1, more: 1 }],
      ['watch', { devices: 'cover-1' }],
      ['watch', { devices: Array.from({ length: 201 }, (_, i) => `d-${i}`) }],
      ['watch', null],
      ['constructor', {}],
      ['error', new Uint8Array(8)],
      ['explode', []],
    ] as const) {
      expect(await admin.ask(event, body)).toEqual({ ok: false, error: expect.any(String) });
    }
    admin.socket.emit('resume');
    admin.socket.emit('error');
    await admin.until(() => expect(at.live.stats().refused).toBe(12));
    await hears(admin, at.raise('cover-1').placed.alert.id);
  });

  test('too much at once is refused, and later taken again', async () => {
    const admin = await at.connect('admin').ready();
    const answers = await Promise.all(Array.from({ length: 80 }, () => admin.ask('watch', { devices: ['cover-1'] })));
    expect(answers.filter(({ ok }) => ok).length).toBeLessThan(80);
    await admin.until(async () => expect(await admin.ask('watch', { devices: ['cover-1'] })).toMatchObject({ ok: true }));
  });

  test('a message of more than 64 kB ends the connection of whoever sent it alone', async () => {
    const [loud, quiet] = await Promise.all([at.connect('admin').ready(), at.connect('hejing').ready()]);
    loud.socket.emit('watch', { devices: ['x'.repeat(100_000)] });
    await loud.until(() => expect(loud.cut).not.toBeNull());
    await hears(quiet, at.raise('cover-1').placed.alert.id);
  });
});

test('the sockets of the live view are cut when it stops; stopping twice is harmless', async () => {
  const admin = await at.connect('admin').ready();
  await at.live.stop();
  await at.live.stop();
  await admin.until(() => expect(admin.cut).not.toBeNull());
  expect((await fetch(`http://127.0.0.1:${at.port}/api/openapi.json`)).status).toBe(200);
});
