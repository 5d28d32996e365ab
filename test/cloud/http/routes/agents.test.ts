import { afterEach, beforeEach, expect, test } from 'vitest';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

let kit: TestHttp;
beforeEach(async () => {
  kit = await openHttp();
  await kit.person({ username: 'admin', role: 'administrator', scope: { all: true } });
  await kit.person({ username: 'viewer', role: 'viewer', scope: { all: true } });
});
afterEach(() => kit.close());

test('an agent is added with a token that is shown once, and the gate knows it before the answer', async () => {
  const made = await kit.ask('POST', '/api/agents', { as: 'admin', body: { id: 'gw-01', name: 'North', role: 'agent' } });
  expect([made.statusCode, made.json()]).toEqual([201, { id: 'gw-01', token: expect.any(String) }]);
  expect(kit.gate).toEqual([{ put: { id: 'gw-01', role: 'agent', tokenHash: expect.any(String) } }]);
  const list = await kit.ask('GET', '/api/agents', { as: 'viewer' });
  expect(list.json()).toMatchObject({ total: 1, items: [{ id: 'gw-01', name: 'North', online: false, received: 0 }] });
  expect(list.body).not.toContain(made.json().token);
  expect((await kit.ask('POST', '/api/agents', { as: 'admin', body: { id: 'gw-01' } })).statusCode).toBe(409);
  expect((await kit.ask('POST', '/api/agents', { as: 'admin', body: { id: 'x', role: 'king' } })).json().errors[0]).toEqual({
    key: 'role',
    value: 'king',
    allowed: 'agent or bridge',
  });
});

test('a new token takes the place of the old; a revoked agent is cut off and its devices stay, unbound', async () => {
  const first = (await kit.ask('POST', '/api/agents', { as: 'admin', body: { id: 'gw-01' } })).json();
  await kit.ask('POST', '/api/devices', { as: 'admin', body: { kind: 'camera', id: 'k1', agent: 'gw-01' } });
  const renewed = await kit.ask('POST', '/api/agents/gw-01/token', { as: 'admin' });
  expect(renewed.statusCode).toBe(201);
  expect(renewed.json().token).not.toBe(first.token);
  expect((await kit.ask('DELETE', '/api/agents/gw-01', { as: 'admin' })).statusCode).toBe(204);
  expect(kit.gate.at(-1)).toEqual({ remove: 'gw-01' });
  expect((await kit.ask('GET', '/api/devices/k1', { as: 'admin' })).json().agent).toBeNull();
  for (const [method, url] of [
    ['DELETE', '/api/agents/gw-01'],
    ['POST', '/api/agents/gw-01/token'],
  ] as const)
    expect((await kit.ask(method, url, { as: 'admin' })).statusCode).toBe(404);
});

test("an agent's token reads nothing of the API", async () => {
  const { token } = (await kit.ask('POST', '/api/agents', { as: 'admin', body: { id: 'gw-01' } })).json();
  for (const url of ['/api/devices', '/api/session', '/api/agents', '/api/kinds'])
    expect((await kit.ask('GET', url, { headers: { authorization: `Bearer ${token}` } })).statusCode).toBe(403);
});
