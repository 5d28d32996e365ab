import { afterEach, beforeEach, expect, test } from 'vitest';
import { system } from '../../../../cloud/register/register.ts';
import type { Latest } from '../../../../cloud/threads/threads.ts';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

let kit: TestHttp;
beforeEach(async () => {
  kit = await openHttp();
  await kit.register.places.create(
    system,
    'sites',
    [
      { id: 's1', name: 's1' },
      { id: 's2', name: 's2' },
    ],
    () => '',
  );
  await kit.register.places.create(system, 'departments', [{ id: 'd1', name: 'd1' }], () => '');
  await kit.person({ username: 'admin', role: 'administrator', scope: { all: true } });
  await kit.person({ username: 'tech', role: 'technician', scope: { all: true } });
  await kit.person({ username: 'school', role: 'school', scope: { site: 's1' } });
});
afterEach(() => kit.close());

const post = (body: unknown, as = 'admin') => kit.ask('POST', '/api/devices', { as, body });
const patch = (id: string, body: unknown, as = 'admin') => kit.ask('PATCH', `/api/devices/${id}`, { as, body });
const ids = async (query: string, as = 'admin') => (await kit.ask('GET', `/api/devices?${query}`, { as })).json().items.map(({ id }: { id: string }) => id);

test('POST needs a kind alone and answers with the whole device, planned', async () => {
  const answer = await post({ kind: 'camera' });
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toMatchObject({ id: expect.any(String), kind: 'camera', lifecycle: 'planned', status: 'unknown', latest: null });
  expect((await kit.ask('GET', `/api/devices/${answer.json().id}`, { as: 'admin' })).json()).toEqual(answer.json());
});

test('an array is answered by an array, taken whole or not at all; the error names the index', async () => {
  const made = await post([
    { kind: 'camera', id: 'a' },
    { kind: 'streetlight', id: 'b' },
  ]);
  expect([made.statusCode, made.json().map(({ id }: { id: string }) => id)]).toEqual([201, ['a', 'b']]);
  const clash = await post([
    { kind: 'camera', id: 'c' },
    { kind: 'camera', id: 'a' },
  ]);
  expect([clash.statusCode, clash.json().errors[0].key]).toEqual([409, '[1].id']);
  const wrong = await post([{ kind: 'camera' }, { kind: 'toaster' }]);
  expect([wrong.statusCode, wrong.json().errors]).toEqual([400, [{ key: '[1].kind', value: 'toaster', allowed: expect.stringContaining('manhole-cover') }]]);
  expect((await post(Array.from({ length: 1001 }, () => ({ kind: 'camera' })))).statusCode).toBe(400);
  expect((await post([])).statusCode).toBe(400);
  expect(await ids('')).toEqual(['a', 'b']);
});

test('each wrong part of a device is named with what is allowed', async () => {
  const answer = await post({ kind: 'camera', position: { lon: 200, lat: 36 }, interval_s: 0.5, lifecycle: 'lost', colour: 'red', baseline: { angle_x_deg: 1 } });
  expect(answer.statusCode).toBe(400);
  const told = Object.fromEntries(answer.json().errors.map(({ key, allowed }: { key: string; allowed: string }) => [key, allowed]));
  expect(told.colour).toContain('is not known here');
  expect(told['position.lon']).toContain('-180 to 180');
  const more = await post({ kind: 'camera', lifecycle: 'lost', interval_s: 0 });
  const next = Object.fromEntries(more.json().errors.map(({ key, allowed }: { key: string; allowed: string }) => [key, allowed]));
  expect(next).toEqual({ lifecycle: expect.stringContaining('in service'), interval_s: expect.stringContaining('whole seconds') });
  expect((await post({})).json().errors[0]).toMatchObject({ key: 'kind', allowed: expect.stringContaining('is required') });
  expect((await post({ kind: 'camera', site: 's9' })).json().errors).toEqual([{ key: 'site', value: 's9', allowed: 'the id of a site that exists' }]);
  expect((await post({ kind: 'camera', id: 'no/slash' })).json().errors[0].key).toBe('id');
});

test('lists take each filter of the contract, several words with commas, and pages', async () => {
  await post([
    { kind: 'manhole-cover', id: 'c1', class: { scheme: 'gbt30428.2', code: '0102' }, site: 's1', name: '一号' },
    { kind: 'streetlight', id: 'l1', departments: { owner: 'd1' } },
    { kind: 'camera', id: 'k1', lifecycle: 'retired' },
  ]);
  kit.register.setStatuses([{ id: 'l1', status: 'offline' }]);
  expect(await ids('kind=camera,streetlight')).toEqual(['l1', 'k1']);
  expect(await ids('class=0102')).toEqual(['c1']);
  expect(await ids('site=s1')).toEqual(['c1']);
  expect(await ids('department=d1')).toEqual(['l1']);
  expect(await ids('status=offline')).toEqual(['l1']);
  expect(await ids(`q=${encodeURIComponent('一号')}`)).toEqual(['c1']);
  expect(await ids('lifecycle=retired')).toEqual(['k1']);
  const first = (await kit.ask('GET', '/api/devices?limit=2', { as: 'admin' })).json();
  expect([first.items.length, first.total]).toEqual([2, 3]);
  expect(await ids(`limit=2&cursor=${first.next}`)).toEqual(['k1']);
  for (const [query, key] of [
    ['status=broken', 'status'],
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['colour=red', 'colour'],
  ]) {
    const wrong = await kit.ask('GET', `/api/devices?${query}`, { as: 'admin' });
    expect([query, wrong.statusCode, wrong.json().errors[0].key]).toEqual([query, 400, key]);
  }
});

test('the newest values and the status are those that the rules tell', async () => {
  await post({ kind: 'manhole-cover', id: 'c1' });
  const latest: Latest = { ts: 5, rx: 6, sentTs: 5, clock: 'ok', skewMs: null, values: { tilt_deg: 22.4, water_over: false }, at: { tilt_deg: 5, water_over: 4 } };
  kit.latest.set('c1', latest);
  kit.register.setStatuses([{ id: 'c1', status: 'warning' }]);
  expect((await kit.ask('GET', '/api/devices/c1', { as: 'admin' })).json()).toMatchObject({ status: 'warning', latest });
  expect((await kit.ask('GET', '/api/devices', { as: 'admin' })).json().items[0]).toMatchObject({ status: 'warning', latest });
});

test('a missing device and one out of scope are told in the same words', async () => {
  await post([
    { kind: 'alarm-post', id: 'own', site: 's1' },
    { kind: 'alarm-post', id: 'foreign', site: 's2' },
  ]);
  expect(await ids('', 'school')).toEqual(['own']);
  const foreign = await kit.ask('GET', '/api/devices/foreign', { as: 'school' });
  const missing = await kit.ask('GET', '/api/devices/missing', { as: 'school' });
  expect([foreign.statusCode, foreign.body]).toEqual([404, missing.body]);
});

test('a technician changes lifecycle, position, baseline and addresses of a device and nothing else; a school nothing', async () => {
  await post({ kind: 'manhole-cover', id: 'c1', site: 's1' });
  expect(
    (
      await patch(
        'c1',
        {
          lifecycle: 'in service',
          position: { lon: 114.2, lat: 36.4 },
          baseline: { angle_x_deg: 1, angle_y_deg: 1, angle_z_deg: 88 },
          addresses: [{ scheme: 'devEui', value: '24e124136b000017' }],
        },
        'tech',
      )
    ).json(),
  ).toMatchObject({ lifecycle: 'in service' });
  const refused = await patch('c1', { lifecycle: 'retired', name: 'mine' }, 'tech');
  expect([refused.statusCode, refused.json().errors]).toEqual([403, [{ key: 'name', value: 'mine', allowed: 'your role may change lifecycle, position, baseline, addresses' }]]);
  expect((await kit.ask('GET', '/api/devices/c1', { as: 'tech' })).json().lifecycle).toBe('in service');
  expect((await patch('missing', { name: 'x' }, 'tech')).statusCode).toBe(404);
  expect((await patch('c1', { lifecycle: 'retired' }, 'school')).statusCode).toBe(403);
  expect((await post({ kind: 'camera' }, 'tech')).statusCode).toBe(403);
});

test('a change is 2xx only when the journal has it: a full journal is 503, and tells when to try again', async () => {
  await post({ kind: 'manhole-cover', id: 'c1' });
  kit.at.refuse = new Error('full');
  const answer = await patch('c1', { lifecycle: 'in service' });
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
  kit.at.refuse = null;
  kit.at.clock.advance(60_000);
  expect((await patch('c1', { lifecycle: 'in service' })).statusCode).toBe(200);
});

test('text that looks like markup is kept and told as it is, as JSON', async () => {
  const name = '<script>alert(1)</script>';
  await post({ kind: 'camera', id: 'x', name });
  const answer = await kit.ask('GET', '/api/devices/x', { as: 'admin' });
  expect(answer.json().name).toBe(name);
  expect(answer.headers['content-type']).toContain('application/json');
});
