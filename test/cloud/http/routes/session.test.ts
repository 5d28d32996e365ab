import { afterEach, beforeEach, expect, test } from 'vitest';
import { sessionCookie } from '../../../../cloud/http/http.ts';
import { openHttp, password, type TestHttp } from '../../../kit/http.ts';

let kit: TestHttp;
beforeEach(async () => {
  kit = await openHttp();
  await kit.person({ username: 'ann', role: 'dispatcher', scope: { all: true } });
});
afterEach(() => kit.close());

const signIn = (given = password, cookies = {}) => kit.ask('POST', '/api/session', { body: { username: 'ann', password: given }, cookies });
const cookieOf = (answer: Awaited<ReturnType<typeof signIn>>) => answer.cookies.find(({ name }) => name === sessionCookie)!;

test('signing in sets a cookie that scripts of a page cannot read and other sites cannot use', async () => {
  const answer = await signIn();
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({ username: 'ann', role: 'dispatcher', scope: { all: true }, may: expect.arrayContaining(['read', 'ack-alerts', 'case:dispatch']) });
  expect(answer.json().may).not.toContain('edit-accounts');
  expect(cookieOf(answer)).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/', maxAge: 12 * 3600 });
});

test('the cookie tells who one is until one signs out', async () => {
  const { value } = cookieOf(await signIn());
  const cookies = { [sessionCookie]: value };
  expect((await kit.ask('GET', '/api/session', { cookies })).json()).toMatchObject({ username: 'ann' });
  const out = await kit.ask('DELETE', '/api/session', { cookies });
  expect(out.statusCode).toBe(204);
  expect(cookieOf(out).value).toBe('');
  expect((await kit.ask('GET', '/api/session', { cookies })).statusCode).toBe(401);
});

test('the cookie is set again as the session goes on, and not on every request', async () => {
  const cookies = { [sessionCookie]: cookieOf(await signIn()).value };
  expect(cookieOf(await kit.ask('GET', '/api/session', { cookies }))).toBeUndefined();
  kit.at.clock.advance(3_600_000);
  expect(cookieOf(await kit.ask('GET', '/api/session', { cookies }))).toMatchObject({ value: cookies[sessionCookie], maxAge: 12 * 3600 });
});

test('a wrong password is 401, repeated ones are 429 with the seconds to wait', async () => {
  for (let i = 0; i < 5; i++) expect((await signIn('not the password')).json()).toMatchObject({ status: 401, type: 'urn:gridwarden:problem:wrong-password' });
  const refused = await signIn();
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
});

test('the own password is changed with the old one; the present session goes on', async () => {
  const cookies = { [sessionCookie]: cookieOf(await signIn()).value };
  const put = (body: object) => kit.ask('PUT', '/api/session/password', { cookies, body });
  expect((await put({ old: 'not the password', new: 'another password' })).json().errors).toEqual([{ key: 'old', value: '[secret]', allowed: 'the present password' }]);
  expect((await put({ old: password, new: 'short' })).json().errors).toEqual([{ key: 'new', value: '[secret]', allowed: '8 to 256 characters' }]);
  expect((await put({ old: password, new: 'another password' })).statusCode).toBe(204);
  expect((await kit.ask('GET', '/api/session', { cookies })).statusCode).toBe(200);
  expect((await signIn('another password')).statusCode).toBe(200);
});

test('a page of another origin cannot sign anybody in or out', async () => {
  const headers = { origin: 'https://evil.example', host: 'gw.local' };
  expect((await kit.ask('POST', '/api/session', { body: { username: 'ann', password }, headers })).statusCode).toBe(403);
  expect((await kit.ask('DELETE', '/api/session', { as: 'ann', headers })).statusCode).toBe(403);
});
