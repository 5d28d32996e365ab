import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, Person, publish, until } from '../kit/product.ts';
import { LiveView } from '../kit/socket.ts';

interface Operation {
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: unknown;
  security?: unknown[];
}

/** What the other campus is called, everywhere: whoever sees one of these words has seen too much. */
const foreign = ['secret-school', 'secret-post', 'secret-gate', 'secret-cover', 'gw-secret', 'SECRETNAME', 'secret-grid', 'secret-account'];

/** A school account sees its own campus and nothing else: every route of the OpenAPI document, and every socket message. */
const pixel = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#777' } })
  .jpeg()
  .toBuffer();
function photoForm(): FormData {
  const form = new FormData();
  form.set('role', 'before');
  form.set('file', new Blob([new Uint8Array(pixel)], { type: 'image/jpeg' }), 'a.jpg');
  return form;
}

describe('a school', () => {
  const cloud = new Cloud();
  let admin: Person;
  let school: Person;
  let document: { paths: Record<string, Record<string, Operation>> };
  const foreignIds: Record<string, string> = {};
  let own: { alert: string; case: string };
  let caseActs = 0;

  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    await admin.post('/api/grids', [
      { id: 'own-grid', name: '1' },
      { id: 'secret-grid', name: 'SECRETNAME' },
    ]);
    await admin.post('/api/sites', [
      { id: 'own-school', name: '青禾小学' },
      { id: 'secret-school', name: 'SECRETNAME' },
    ]);
    const tokens: Record<string, string> = {};
    for (const id of ['gw-own', 'gw-secret']) tokens[id] = (await admin.post('/api/agents', { id, name: id === 'gw-own' ? 'own' : 'SECRETNAME', role: 'agent' })).token;
    await admin.post('/api/devices', [
      { id: 'own-post', kind: 'alarm-post', agent: 'gw-own', site: 'own-school', grid: 'own-grid', lifecycle: 'in service', position: { lon: 114.2, lat: 36.42 } },
      {
        id: 'secret-post',
        kind: 'alarm-post',
        name: 'SECRETNAME',
        agent: 'gw-secret',
        site: 'secret-school',
        grid: 'secret-grid',
        lifecycle: 'in service',
        position: { lon: 114.21, lat: 36.42 },
      },
      { id: 'secret-gate', kind: 'face-gate', name: 'SECRETNAME', agent: 'gw-secret', site: 'secret-school', grid: 'secret-grid', lifecycle: 'in service' },
      { id: 'secret-cover', kind: 'manhole-cover', name: 'SECRETNAME', agent: 'gw-secret', grid: 'secret-grid', lifecycle: 'in service', position: { lon: 114.2, lat: 36.42 } },
    ]);
    await admin.post('/api/accounts', { username: 'secret-account', password: 'a-long-password', role: 'school', scope: { site: 'secret-school' } });
    await admin.post('/api/accounts', { username: 'own-school', password: 'a-long-password', role: 'school', scope: { site: 'own-school' } });
    school = await cloud.signIn('own-school', 'a-long-password');
    const agent = await cloud.connect('gw-secret', tokens['gw-secret'] as string);
    await publish(agent, 'gw/v1/gw-secret/secret-post/event', { id: 'SECRETEVENT', ts: Date.now(), kind: 'sos' });
    await publish(agent, 'gw/v1/gw-secret/secret-cover/telemetry', { boot: 1, seq: 1, ts: Date.now(), values: { tilt_deg: 60 } });
    const mine = await cloud.connect('gw-own', tokens['gw-own'] as string);
    await publish(mine, 'gw/v1/gw-own/own-post/event', { id: 'OWNEVENT', ts: Date.now(), kind: 'sos' });
    const [secret, alert] = await until('all alerts have their cases', async () => {
      const { items } = await admin.get('/api/alerts?state=firing');
      const found = ['SECRETEVENT', 'OWNEVENT'].map((id) => items.find((one: { id: string; case: string | null }) => one.id === id && one.case !== null));
      return found.every(Boolean) && found;
    });
    own = { alert: alert.id, case: alert.case };
    Object.assign(foreignIds, { device: 'secret-post', alert: secret.id, case: secret.case, agent: 'gw-secret', account: 'secret-account' });
    const sent = await admin.post('/api/devices/secret-post/commands', { name: 'siren', args: { seconds: 1 } });
    foreignIds.command = sent.id;
    foreignIds.photo = (await admin.post(`/api/cases/${secret.case}/photos`, photoForm())).id;
    expect(foreignIds.photo).toBeDefined();
    caseActs = (await admin.get(`/api/cases/${secret.case}`)).history.length;
    document = await admin.get('/api/openapi.json');
    agent.end(true);
    mine.end(true);
  });
  afterAll(() => cloud.remove());

  it('sees its own post, alert and case', async () => {
    expect((await school.get('/api/devices')).items.map(({ id }: { id: string }) => id)).toEqual(['own-post']);
    expect((await school.get('/api/alerts')).items.map(({ id }: { id: string }) => id)).toEqual([own.alert]);
    expect((await school.get('/api/cases')).items.map(({ id }: { id: string }) => id)).toEqual([own.case]);
    expect((await school.get(`/api/cases/${own.case}`)).id).toBe(own.case);
  });

  it('meets nothing of another campus on any route of the OpenAPI document', async () => {
    const walked: string[] = [];
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods)) {
        if (path === '/api/session' && method === 'delete') continue;
        // Every id of the other campus in the place of every parameter.
        const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
        const candidates = names.length === 0 ? [[] as string[]] : Object.values(foreignIds).map((id) => names.map(() => id));
        for (const ids of candidates) {
          const concrete = names.reduce((url, name, i) => url.replace(`{${name}}`, ids[i] as string), path);
          const query = method === 'get' && path === '/api/map' ? '?box=113,35,116,38&zoom=17' : '';
          const answer = await school.ask(method.toUpperCase(), concrete + query, operation.requestBody ? {} : undefined);
          const text = JSON.stringify(answer.body).replaceAll(concrete, '');
          walked.push(`${method} ${path}`);
          for (const word of foreign)
            expect({ route: `${method} ${concrete}`, status: answer.status, leaks: ids.includes(word) ? false : text.includes(word) }).toMatchObject({ leaks: false });
          if (names.length > 0 && method === 'get')
            expect({ route: `${method} ${concrete}`, status: answer.status }).toMatchObject({ status: expect.toSatisfy((status: number) => status === 404 || status === 403) });
        }
      }
    expect(new Set(walked).size).toBeGreaterThan(40);
  });

  it.each<[string, () => [method: string, path: string, body?: unknown]]>([
    ['its device changed', () => ['PATCH', '/api/devices/secret-post', { name: 'mine' }]],
    ['its post commanded', () => ['POST', '/api/devices/secret-post/commands', { name: 'siren', args: { seconds: 1 } }]],
    ['its commands listed', () => ['GET', '/api/devices/secret-post/commands']],
    ['its alert acknowledged', () => ['POST', `/api/alerts/${foreignIds.alert}/ack`, {}]],
    ['its alert ended', () => ['POST', `/api/alerts/${foreignIds.alert}/resolve`, {}]],
    ['its case acted on', () => ['POST', `/api/cases/${foreignIds.case}/actions`, { action: 'note', version: 1, note: 'x' }]],
    ['a case opened for its device', () => ['POST', '/api/cases', { category: 'alarm-post', text: 'x', device: 'secret-post' }]],
    ['a case opened on its campus', () => ['POST', '/api/cases', { category: 'alarm-post', text: 'x', site: 'secret-school' }]],
    ['its photo', () => ['GET', `/api/cases/${foreignIds.case}/photos/${foreignIds.photo}`]],
    ['its photo by a case of its own', () => ['GET', `/api/cases/${own.case}/photos/${foreignIds.photo}`]],
    ['a photo added', () => ['POST', `/api/cases/${foreignIds.case}/photos`, photoForm()]],
    ['its telemetry', () => ['GET', '/api/devices/secret-post/telemetry']],
    ['its agent given a token', () => ['POST', '/api/agents/gw-secret/token', {}]],
    ['its agent removed', () => ['DELETE', '/api/agents/gw-secret']],
    ['its account changed', () => ['PATCH', '/api/accounts/secret-account', { role: 'viewer' }]],
    ['a rule changed', () => ['PUT', '/api/rules/alarm-post.sos.event', {}]],
  ])('whatever a valid request asks of another campus is refused: %s', async (_what, request) => {
    const [method, path, body] = request();
    const answer = await school.ask(method, path, body);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([
      expect.toSatisfy((status: number) => [400, 403, 404].includes(status)),
      expect.not.stringContaining('SECRETNAME'),
    ]);
    expect((await admin.get(`/api/cases/${foreignIds.case}`)).history).toHaveLength(caseActs);
    expect((await admin.get(`/api/alerts/${foreignIds.alert}`)).state).toBe('firing');
  });

  it.each([
    ['device', '/api/devices?device=x'],
    ['site', '/api/devices?site=secret-school'],
    ['grid', '/api/devices?grid=secret-grid'],
    ['agent', '/api/devices?agent=gw-secret'],
    ['search', '/api/devices?q=SECRETNAME'],
    ['alerts', '/api/alerts?device=secret-post'],
    ['cases', '/api/cases?device=secret-post'],
  ])('finds nothing of another campus by a filter: %s', async (_what, path) => {
    const answer = await school.ask('GET', path);
    if (answer.status !== 200) expect(answer.status).toBe(400);
    else expect(answer.body).toMatchObject({ items: [], total: 0 });
  });

  it('is told missing and foreign in the same words', async () => {
    for (const kind of ['devices', 'cases']) {
      const missing = await school.ask('GET', `/api/${kind}/nothing-at-all`);
      const hidden = await school.ask('GET', `/api/${kind}/${kind === 'devices' ? 'secret-post' : foreignIds.case}`);
      expect([missing.status, hidden.status]).toEqual([404, 404]);
      expect(hidden.body.detail.replace(/"[^"]*"/g, '')).toBe(missing.body.detail.replace(/"[^"]*"/g, ''));
    }
  });

  it('hears on its socket its own campus and nothing else, whatever it asks for', async () => {
    const live = new LiveView(school);
    const heard: string[] = [];
    live.socket.onAny((...all) => heard.push(JSON.stringify(all)));
    await live.ready();
    expect([...live.alerts.keys()]).toEqual([own.alert]);
    expect([...live.cases.keys()]).toEqual([own.case]);
    live.socket.emit('watch', { devices: ['own-post', 'secret-post', 'secret-cover', 'nothing'] });
    live.socket.emit('resume', { version: 0 });
    live.socket.emit('resume', { version: live.version });
    const tokens = { own: (await admin.post('/api/agents/gw-own/token')).token, secret: (await admin.post('/api/agents/gw-secret/token')).token };
    const agent = await cloud.connect('gw-secret', tokens.secret);
    const mine = await cloud.connect('gw-own', tokens.own);
    for (let seq = 10; seq < 20; seq++) {
      await publish(agent, 'gw/v1/gw-secret/secret-cover/telemetry', { boot: 1, seq, ts: Date.now(), values: { tilt_deg: seq } });
      await publish(agent, 'gw/v1/gw-secret/secret-post/telemetry', { boot: 1, seq, ts: Date.now(), values: { mains_v: 220 } });
      await publish(agent, 'gw/v1/gw-secret/secret-post/event', { id: `SECRETEVENT${seq}`, ts: Date.now(), kind: 'tamper' });
      await publish(mine, 'gw/v1/gw-own/own-post/telemetry', { boot: 1, seq, ts: Date.now(), values: { mains_v: 229 } });
    }
    await admin.ask('PATCH', '/api/devices/secret-post', { name: 'SECRETNAME2' });
    await publish(mine, 'gw/v1/gw-own/own-post/event', { id: 'OWNTAMPER', ts: Date.now(), kind: 'tamper' });
    await until('its own second alert', () => live.alerts.has('OWNTAMPER'));
    await until('its own readings', () => live.readings.length > 0);
    for (const word of [...foreign, 'SECRETEVENT', foreignIds.case as string]) expect(heard.filter((message) => message.includes(word))).toEqual([]);
    expect(new Set(live.readings.map(({ device }) => device))).toEqual(new Set(['own-post']));
    agent.end(true);
    mine.end(true);
    live.close();
  });

  it('is cut off within a second when its account goes', async () => {
    const live = await new LiveView(school).ready();
    const cut = new Promise<number>((resolve) => live.socket.once('disconnect', () => resolve(performance.now())));
    const from = performance.now();
    await admin.ask('DELETE', '/api/accounts/own-school');
    expect((await cut) - from).toBeLessThan(1500);
    expect((await school.ask('GET', '/api/devices')).status).toBe(401);
    live.close();
  });

  it('who has not signed in sees nothing at all', async () => {
    const nobody = new Person(cloud.base, '');
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.security?.length === 0) continue;
        const answer = await nobody.ask(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x'), operation.requestBody ? {} : undefined);
        expect({ route: `${method} ${path}`, status: answer.status }).toMatchObject({ status: 401 });
      }
    const live = new LiveView(nobody);
    await expect(live.ready()).rejects.toThrow();
    live.close();
  });
});
