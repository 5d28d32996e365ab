import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallDistrict } from '../../../kit/district.ts';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

let test_: TestHttp;
beforeAll(async () => {
  test_ = await openHttp();
  await smallDistrict(test_.register);
  await test_.person({ username: 'admin', role: 'administrator', scope: { all: true } });
  await test_.person({ username: 'hejing', role: 'dispatcher', scope: { all: true } });
  await test_.person({ username: 'drain', role: 'handler', scope: { department: 'dept-drainage' } });
  await test_.person({ username: 'power', role: 'handler', scope: { department: 'dept-power' } });
  await test_.person({ username: 'wang', role: 'gridworker', scope: { grid: 'grid-1' } });
  await test_.person({ username: 'school', role: 'school', scope: { site: 'school-1' } });
  await test_.person({ username: 'viewer', role: 'viewer', scope: { all: true } });
});
afterAll(() => test_.close());

const ask: TestHttp['ask'] = (...args) => test_.ask(...args);
async function opened(device = 'cover-1'): Promise<{ id: string; version: number }> {
  const answer = await ask('POST', '/api/cases', { as: 'hejing', body: { text: 'something is wrong', device } });
  expect(answer.statusCode).toBe(201);
  return answer.json();
}
const act = (as: string, id: string, body: object) => ask('POST', `/api/cases/${id}/actions`, { as, body });

test('a case that a person opens is answered in the shape of the contract, with what they may do now', async () => {
  const answer = await ask('POST', '/api/cases', { as: 'wang', body: { text: '井盖响', category: 'noise', device: 'cover-1' } });
  expect(answer.json()).toMatchObject({
    id: expect.any(String),
    number: expect.stringMatching(/^000000-20261124-\d{5}$/),
    source: 'person',
    category: 'noise',
    text: '井盖响',
    stage: 'reported',
    device: 'cover-1',
    position: { lon: 114.49, lat: 36.6 },
    grid: 'grid-1',
    site: null,
    alerts: [],
    department: 'dept-drainage',
    assignee: null,
    due: {},
    photos: [],
    history: [{ by: 'wang', action: 'open', from: null, to: 'reported', note: null }],
    actions: ['note'],
    simulated: false,
    drill: false,
    version: 1,
  });
  expect(answer.json()).not.toHaveProperty('departments');
});

test('each sees the actions of their own role and department', async () => {
  const { id } = await opened();
  const actions = async (as: string) => (await ask('GET', `/api/cases/${id}`, { as })).json().actions;
  expect(await actions('hejing')).toEqual(['register', 'void', 'note']);
  expect(await actions('viewer')).toEqual([]);
  await act('hejing', id, { action: 'register', version: 1 });
  await act('hejing', id, { action: 'dispatch', version: 2, department: 'dept-power' });
  expect(await actions('power')).toEqual(['accept', 'return', 'note']);
  expect(await actions('drain')).toEqual(['note']);
});

test('an illegal step and a stale version are 409 with what is legal and the present version', async () => {
  const { id } = await opened();
  const illegal = await act('hejing', id, { action: 'close', version: 1 });
  expect(illegal.statusCode).toBe(409);
  expect(illegal.json()).toMatchObject({ legal: ['register', 'void', 'note'], version: 1, stage: 'reported' });
  await act('hejing', id, { action: 'register', version: 1, note: 'seen' });
  const stale = await act('admin', id, { action: 'register', version: 1 });
  expect(stale.statusCode).toBe(409);
  expect(stale.json()).toMatchObject({ version: 2, last: { by: 'hejing', action: 'register', at: test_.at.clock.now() } });
  expect(stale.json().legal).toContain('dispatch');
});

test('a wrong body is 400 and names the key', async () => {
  const { id } = await opened();
  for (const [body, key] of [
    [{ action: 'explode', version: 1 }, 'action'],
    [{ action: 'register' }, 'version'],
    [{ action: 'register', version: '1' }, 'version'],
    [{ action: 'register', version: 1, noot: 'x' }, 'noot'],
    [{ action: 'register', version: 1, note: 'x'.repeat(2001) }, 'note'],
  ] as const) {
    const answer = await act('hejing', id, body);
    expect([answer.statusCode, answer.json().errors?.[0]?.key]).toEqual([400, key]);
  }
  expect((await ask('POST', '/api/cases', { as: 'hejing', body: { text: '' } })).statusCode).toBe(400);
  expect((await ask('POST', '/api/cases', { as: 'hejing', body: { text: 'x', device: 'nothing' } })).json().errors[0].key).toBe('device');
});

test('rights: who may not act is 403, out of scope is 404', async () => {
  const { id } = await opened('cover-2');
  expect((await act('viewer', id, { action: 'note', version: 1 })).statusCode).toBe(403);
  expect((await ask('POST', '/api/cases', { as: 'viewer', body: { text: 'x' } })).statusCode).toBe(403);
  expect((await ask('GET', `/api/cases/${id}`, { as: 'wang' })).statusCode).toBe(404);
  expect((await act('wang', id, { action: 'note', version: 1 })).statusCode).toBe(404);
  expect((await ask('GET', `/api/cases/${id}`)).statusCode).toBe(401);
});

test('lists are filtered, paged and of the scope; every item has the full shape', async () => {
  const all = (await ask('GET', '/api/cases?limit=1000', { as: 'hejing' })).json();
  expect(all.total).toBe(all.items.length);
  expect(all.items[0]).toHaveProperty('history');
  const first = (await ask('GET', '/api/cases?limit=2', { as: 'hejing' })).json();
  const second = (await ask('GET', `/api/cases?limit=2&cursor=${first.next}`, { as: 'hejing' })).json();
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all.items.slice(0, 4).map(({ id }: { id: string }) => id));
  expect((await ask('GET', '/api/cases?stage=registered,reported&device=cover-2', { as: 'hejing' })).json().items.map(({ device }: { device: string }) => device)).toEqual([
    'cover-2',
  ]);
  expect((await ask('GET', '/api/cases', { as: 'school' })).json()).toEqual({ items: [], next: null, total: 0 });
  for (const query of ['stage=lost', 'limit=0', 'limit=1001', 'cursor=xx', 'grid=1']) expect((await ask('GET', `/api/cases?${query}`, { as: 'hejing' })).statusCode).toBe(400);
});

test('the board may ask how many there are at each stage', async () => {
  const { stages } = (await ask('GET', '/api/cases/summary', { as: 'hejing' })).json();
  const { total } = (await ask('GET', '/api/cases?limit=1', { as: 'hejing' })).json();
  expect(Object.values(stages as Record<string, number>).reduce((sum, count) => sum + count, 0)).toBe(total);
  expect((await ask('GET', '/api/cases/summary', { as: 'school' })).json().stages.reported).toBe(0);
});
