import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import Type from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Viewer } from '../../../cloud/accounts/viewer.ts';
import type { HttpDeps } from '../../../cloud/http/deps.ts';
import { buildHttp, type Http, type Routes } from '../../../cloud/http/http.ts';
import { query } from '../../../cloud/http/lists.ts';
import { conflict, notFound } from '../../../cloud/refusal.ts';
import { retry } from '../../../devices/errors.ts';
import { openHttp, type TestHttp } from '../../kit/http.ts';

const people: Record<string, Viewer> = {
  admin: { username: 'admin', role: 'administrator', scope: { all: true }, via: { token: 'admin' } },
  viewer: { username: 'viewer', role: 'viewer', scope: { all: true }, via: { token: 'viewer' } },
};
let kit: TestHttp;
let deps: HttpDeps;
let http: Http;

const ok = { 200: Type.Object({}, { additionalProperties: true }) };
const sample: Routes = (app) => {
  app.get('/api/read', { config: { may: 'read' }, schema: { summary: 'r', querystring: query({ n: Type.Optional(Type.Integer()) }), response: ok } }, async (request) => ({
    n: request.query.n ?? null,
    who: request.viewer?.username,
  }));
  app.post(
    '/api/write',
    {
      config: { may: 'edit-places' },
      schema: { summary: 'w', body: Type.Object({ id: Type.String(), password: Type.Optional(Type.Integer()) }, { additionalProperties: false }), response: ok },
    },
    async () => ({ ok: true }),
  );
  app.get('/api/fails/:how', { config: { may: 'anyone' }, schema: { summary: 'f', params: Type.Object({ how: Type.String() }), response: ok } }, async (request) => {
    if (request.params.how === 'missing') throw notFound('device');
    if (request.params.how === 'conflict') throw conflict('It is already closed.', { legal: ['reopen'], version: 3 });
    if (request.params.how === 'later') throw retry('journal-full', 'The journal is full.');
    throw new Error('secret at /work/main/cloud');
  });
  app.post('/api/pictures', { config: { may: 'agent' }, schema: { summary: 'p', response: ok } }, async (request) => ({ agent: request.agent?.agent }));
};

beforeAll(async () => {
  kit = await openHttp();
  writeFileSync(join(kit.deps.pageDir, 'assets', 'main-abc.js'), 'export {}');
  deps = {
    ...kit.deps,
    identify: async ({ bearer, session }) => {
      if (bearer === 'agent') return { agent: { agent: 'gw-01', role: 'agent' } };
      const viewer = people[bearer ?? session ?? ''];
      return viewer && { viewer };
    },
  };
  http = await buildHttp(deps, { sample });
});
afterAll(async () => {
  await http.stop();
  await kit.close();
});

const as = (who: string) => ({ authorization: `Bearer ${who}` });

test('a route that does not say who may use it stops the start', async () => {
  await expect(buildHttp(deps, { bad: (app) => void app.get('/api/x', () => '') })).rejects.toThrow('does not say who may use it');
});

test('a route without a summary or a response schema stops the start', async () => {
  await expect(buildHttp(deps, { bad: (app) => void app.get('/api/x', { config: { may: 'read' } }, () => '') })).rejects.toThrow('no summary or no response schema');
});

test('nobody is 401, a role without the right is 403, one with it is served', async () => {
  expect((await http.app.inject('/api/read')).statusCode).toBe(401);
  expect((await http.app.inject({ url: '/api/read', headers: as('stranger') })).statusCode).toBe(401);
  expect((await http.app.inject({ url: '/api/read', headers: as('viewer') })).json()).toEqual({ n: null, who: 'viewer' });
  expect((await http.app.inject({ url: '/api/write', method: 'POST', headers: as('viewer'), payload: { id: 'a' } })).statusCode).toBe(403);
  expect((await http.app.inject({ url: '/api/write', method: 'POST', headers: as('admin'), payload: { id: 'a' } })).statusCode).toBe(200);
});

test('the session cookie signs in as the bearer token does', async () => {
  expect((await http.app.inject({ url: '/api/read', cookies: { gw_session: 'admin' } })).json().who).toBe('admin');
});

test("an agent's token serves for the routes of agents alone", async () => {
  expect((await http.app.inject({ url: '/api/pictures', method: 'POST', headers: as('agent') })).json()).toEqual({ agent: 'gw-01' });
  expect((await http.app.inject({ url: '/api/read', headers: as('agent') })).statusCode).toBe(403);
  expect((await http.app.inject({ url: '/api/pictures', method: 'POST', headers: as('admin') })).statusCode).toBe(403);
});

test('a foreign origin may not act, our own and none may', async () => {
  const act = (headers: Record<string, string>) => http.app.inject({ url: '/api/write', method: 'POST', headers: { ...as('admin'), ...headers }, payload: { id: 'a' } });
  expect((await act({ origin: 'https://evil.example', host: 'gw.local:8080' })).statusCode).toBe(403);
  expect((await act({ origin: 'null', host: 'gw.local:8080' })).statusCode).toBe(403);
  expect((await act({ origin: 'http://gw.local:8080', host: 'gw.local:8080' })).statusCode).toBe(200);
  expect((await act({})).statusCode).toBe(200);
});

test('unknown keys of a query are named, with what is known', async () => {
  const answer = await http.app.inject({ url: '/api/read?n=3&foo=1', headers: as('admin') });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json().errors).toEqual([{ key: 'foo', value: '1', allowed: 'is not known here; known are n' }]);
  expect((await http.app.inject({ url: '/api/write?x=1', method: 'POST', headers: as('admin'), payload: { id: 'a' } })).statusCode).toBe(400);
});

test.each(['1.5', 'true', '0x10', '1e2', '', ' 1', '99999999999999999999'])('%j in a query is no whole number', async (n) => {
  const answer = await http.app.inject({ url: `/api/read?n=${encodeURIComponent(n)}`, headers: as('admin') });
  expect([answer.statusCode, answer.json().errors?.[0].key]).toEqual([400, 'n']);
});

test('a wrong body is a problem that names the key; a secret is not told back', async () => {
  const answer = await http.app.inject({ url: '/api/write', method: 'POST', headers: as('admin'), payload: { password: 'hunter22' } });
  expect(answer.json()).toMatchObject({ type: 'urn:gridwarden:problem:invalid', status: 400, title: expect.any(String), detail: expect.any(String) });
  expect(
    answer
      .json()
      .errors.map((fault: { key: string }) => fault.key)
      .sort(),
  ).toEqual(['id', 'password']);
  expect(answer.body).not.toContain('hunter22');
});

test('malformed JSON, a foreign media type and a huge body are problems', async () => {
  const send = (payload: string, type = 'application/json') => http.app.inject({ url: '/api/write', method: 'POST', headers: { ...as('admin'), 'content-type': type }, payload });
  for (const [answer, status] of [
    [await send('{"id":'), 400],
    [await send(''), 400],
    [await send('<a/>', 'text/xml'), 415],
    [await send(JSON.stringify({ id: 'x'.repeat(2_000_000) })), 413],
  ] as const) {
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ status, type: expect.any(String) });
  }
});

test('what is thrown becomes its problem; an unforeseen error tells nothing of the inside', async () => {
  const get = (how: string) => http.app.inject(`/api/fails/${how}`);
  expect((await get('missing')).json()).toMatchObject({ status: 404, detail: 'There is no such device.' });
  expect((await get('conflict')).json()).toMatchObject({ status: 409, legal: ['reopen'], version: 3 });
  const later = await get('later');
  expect(later.json()).toMatchObject({ status: 503 });
  expect(later.headers['retry-after']).toBe('1');
  const unforeseen = await get('boom');
  expect(unforeseen.statusCode).toBe(500);
  expect(unforeseen.body).not.toMatch(/secret|work|stack/);
});

test('the page is served to anyone, its hashed files for ever, index.html never from a cache', async () => {
  const page = await http.app.inject('/');
  expect(page.statusCode).toBe(200);
  expect(page.headers['cache-control']).toBe('no-cache');
  const asset = await http.app.inject('/assets/main-abc.js');
  expect(asset.headers['cache-control']).toContain('immutable');
});

test('what is not there is a problem, and nothing outside the page is served', async () => {
  for (const url of ['/nothing', '/api/nothing', '/assets/none.js', '/../package.json', '/%2e%2e/package.json', '/assets', '/assets/', '/api/nothing?x=1']) {
    const answer = await http.app.inject(url);
    expect([url, answer.statusCode]).toEqual([url, 404]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  }
});

test('every answer, the page or a problem, forbids scripts but our own, frames and the guessing of types, and is for no other origin', async () => {
  for (const url of ['/', '/assets/main-abc.js', '/api/openapi.json', '/api/read', '/nothing', '/api/fails/boom', '/%E0%A4%A']) {
    const { headers } = await http.app.inject(url);
    const policy = new Map((headers['content-security-policy'] as string).split(';').map((part) => part.trim().split(/ (.*)/s) as [string, string]));
    const wanted = ["'none'", "'none'", "'none'", url === '/%E0%A4%A' ? "'none'" : "'self'"];
    expect([url, ...['object-src', 'base-uri', 'frame-ancestors', 'default-src'].map((name) => policy.get(name))]).toEqual([url, ...wanted]);
    expect([url, policy.get('script-src') ?? policy.get('default-src')]).toEqual([url, wanted[3]]);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': expect.stringMatching(/^(same-origin|no-referrer)$/) });
    for (const name of ['access-control-allow-origin', 'x-powered-by', 'server']) expect(headers).not.toHaveProperty(name);
  }
  const policy = (await http.app.inject('/')).headers['content-security-policy'];
  for (const part of ["worker-src 'self' blob:", "img-src 'self' data: blob:"]) expect(policy).toContain(part);
  expect((await http.app.inject({ url: '/api/read', headers: as('admin') })).headers['cache-control']).toBe('no-store');
});

test('a body that says that it is folded is not unfolded, whatever it holds', async () => {
  const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, ' '));
  for (const encoding of ['gzip', 'deflate', 'br', 'GZIP, gzip']) {
    const headers = { ...as('admin'), 'content-type': 'application/json', 'content-encoding': encoding };
    expect((await http.app.inject({ url: '/api/write', method: 'POST', headers, payload: bomb })).json()).toMatchObject({
      status: 415,
      detail: expect.stringContaining('Content-Encoding'),
    });
  }
  expect((await http.app.inject({ url: '/api/write', method: 'POST', headers: { ...as('admin'), 'content-encoding': 'identity' }, payload: { id: 'a' } })).statusCode).toBe(200);
});

test('what is refused to somebody is written down, with who, what, and from where; what is missing is not', async () => {
  const logged: Record<string, unknown>[] = [];
  const other = await buildHttp({ ...deps, log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }) }, { sample });
  await other.app.inject({ url: '/api/write', method: 'POST', headers: as('viewer'), payload: { id: 'a' } });
  await other.app.inject({ url: '/api/write', method: 'POST', headers: { ...as('admin'), origin: 'https://evil.example' }, payload: { id: 'a' } });
  await other.app.inject('/api/fails/missing');
  await other.stop();
  expect(logged.filter(({ msg }) => msg === 'a request was refused')).toMatchObject([
    { level: 40, by: 'viewer', address: '127.0.0.1', method: 'POST', route: '/api/write', reason: 'Your role and scope do not allow "edit-places".' },
    { level: 40, by: null, address: '127.0.0.1', method: 'POST', route: '/api/write', reason: expect.stringContaining('this origin') },
  ]);
});

test('large answers are compressed where that is asked for', async () => {
  const answer = await http.app.inject({ url: '/api/openapi.json', headers: { 'accept-encoding': 'gzip' } });
  expect(answer.headers['content-encoding']).toBe('gzip');
});

test('the OpenAPI document is made of the same schemas', async () => {
  const document = (await http.app.inject('/api/openapi.json')).json();
  expect(document.openapi).toBe('3.1.0');
  expect(document.paths['/api/write'].post).toMatchObject({ 'x-may': 'edit-places', requestBody: { content: { 'application/json': { schema: { required: ['id'] } } } } });
  expect(document.paths['/api/write'].post.responses['4XX'].content['application/problem+json'].schema.properties.errors).toBeDefined();
});

test('what is no address, or no HTTP at all, is a problem too', async () => {
  const other = await buildHttp(deps, { sample });
  const { port } = await other.listen('127.0.0.1', 0);
  const answerTo = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      let heard = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (data) => {
        heard += data;
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });
  for (const [bytes, status] of [
    ['GET /%E0%A4%A HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
    ['NONSENSE\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    const [head, body] = (await answerTo(bytes)).split('\r\n\r\n') as [string, string];
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('application/problem+json');
    expect(head).toContain("content-security-policy: default-src 'none'");
    expect(JSON.parse(body)).toMatchObject({ status, type: 'urn:gridwarden:problem:invalid' });
  }
  await other.stop();
});

test('it listens where it is told, on a free port for 0, and stops twice', async () => {
  const other = await buildHttp(deps, { sample });
  const { port } = await other.listen('127.0.0.1', 0);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  await other.stop();
  await other.stop();
});
