import { afterEach, beforeEach, expect, test } from 'vitest';
import { system } from '../../../../cloud/register/register.ts';
import { openHttp, password, type TestHttp } from '../../../kit/http.ts';

let kit: TestHttp;
beforeEach(async () => {
  kit = await openHttp();
  await kit.person({ username: 'admin', role: 'administrator', scope: { all: true } });
  await kit.register.places.create(system, 'sites', [{ id: 's1', name: 's1' }], () => '');
});
afterEach(() => kit.close());

const make = (body: object) => kit.ask('POST', '/api/accounts', { as: 'admin', body });

test('an administrator makes, lists, changes and removes accounts', async () => {
  const made = await make({ username: 'school-1', password, role: 'school', scope: { site: 's1' } });
  expect([made.statusCode, made.json()]).toEqual([201, { username: 'school-1', role: 'school', scope: { site: 's1' }, created: kit.at.clock.now() }]);
  expect((await kit.ask('GET', '/api/accounts', { as: 'admin' })).json()).toMatchObject({ total: 2, next: null, items: [{ username: 'admin' }, { username: 'school-1' }] });
  expect((await kit.ask('PATCH', '/api/accounts/school-1', { as: 'admin', body: { role: 'viewer', scope: { site: ['s1'] } } })).json()).toMatchObject({
    role: 'viewer',
    scope: { site: ['s1'] },
  });
  expect((await kit.ask('DELETE', '/api/accounts/school-1', { as: 'admin' })).statusCode).toBe(204);
  expect((await kit.ask('DELETE', '/api/accounts/school-1', { as: 'admin' })).statusCode).toBe(404);
  expect((await make({ username: 'school-1', password, role: 'viewer', scope: { all: true } })).statusCode).toBe(409);
});

test('what is wrong in an account is named, and its password never told back', async () => {
  const wrong = await make({ username: 'a b', password: 'short', role: 'king', scope: { city: 'x' } });
  expect(wrong.statusCode).toBe(400);
  expect(Object.fromEntries(wrong.json().errors.map(({ key, allowed }: { key: string; allowed: string }) => [key, allowed]))).toMatchObject({
    username: expect.stringContaining('1 to 64'),
    role: expect.stringContaining('administrator, dispatcher'),
    scope: expect.stringContaining('"all":true'),
  });
  const short = await make({ username: 'x', password: 'short', role: 'viewer', scope: { all: true } });
  expect(short.json().errors).toEqual([{ key: 'password', value: '[secret]', allowed: '8 to 256 characters' }]);
  expect((await make({ username: 'x', password, role: 'school', scope: { site: 's9' } })).json().errors).toEqual([
    { key: 'scope.site', value: 's9', allowed: 'the id of a site that exists' },
  ]);
  expect((await make({ username: 'x', password, role: 'school', scope: { site: 's1' }, extra: 1 })).json().errors[0].key).toBe('extra');
});

test('the last administrator cannot take the rights from itself', async () => {
  expect((await kit.ask('DELETE', '/api/accounts/admin', { as: 'admin' })).statusCode).toBe(409);
  expect((await kit.ask('PATCH', '/api/accounts/admin', { as: 'admin', body: { role: 'viewer' } })).statusCode).toBe(409);
});

test('nobody else reads or makes accounts, an administrator of one site neither', async () => {
  await kit.person({ username: 'partly', role: 'administrator', scope: { site: 's1' } });
  await kit.person({ username: 'dispatcher', role: 'dispatcher', scope: { all: true } });
  for (const as of ['partly', 'dispatcher']) {
    expect((await kit.ask('GET', '/api/accounts', { as })).statusCode).toBe(403);
    expect((await kit.ask('POST', '/api/accounts', { as, body: { username: 'x', password, role: 'administrator', scope: { all: true } } })).statusCode).toBe(403);
  }
});

test('API tokens are made, used, listed without their secret, and ended', async () => {
  const made = (await kit.ask('POST', '/api/tokens', { as: 'admin', body: { name: 'backup', expires: null } })).json();
  expect(made).toMatchObject({ id: expect.any(String), token: expect.any(String) });
  const bearer = { headers: { authorization: `Bearer ${made.token}` } };
  expect((await kit.ask('GET', '/api/session', bearer)).json().username).toBe('admin');
  const listed = await kit.ask('GET', '/api/tokens', { as: 'admin' });
  expect(listed.json().items.map(({ name }: { name: string }) => name)).toContain('backup');
  expect(listed.body).not.toContain(made.token);
  expect((await kit.ask('POST', '/api/tokens', { as: 'admin', body: { name: 'past', expires: 5 } })).json().errors[0].key).toBe('expires');
  expect((await kit.ask('DELETE', `/api/tokens/${made.id}`, { as: 'admin' })).statusCode).toBe(204);
  expect((await kit.ask('GET', '/api/session', bearer)).statusCode).toBe(401);
});

test('an administrator reads who did what; the list holds no secret', async () => {
  await make({ username: 'x', password, role: 'viewer', scope: { all: true } });
  const answer = await kit.ask('GET', '/api/audit?limit=1', { as: 'admin' });
  expect(answer.json().items).toMatchObject([{ by: 'admin', action: 'create', subject: 'account x', detail: { role: 'viewer' } }]);
  const next = await kit.ask('GET', `/api/audit?limit=1&cursor=${answer.json().next}`, { as: 'admin' });
  expect(next.json().items[0].id).toBeLessThan(answer.json().items[0].id);
  expect(answer.body).not.toContain(password);
});
