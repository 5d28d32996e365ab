import type { InjectOptions } from 'light-my-request';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAct, may, roles } from '../../../cloud/accounts/accounts.ts';
import { system } from '../../../cloud/register/register.ts';
import { seedRules } from '../../../cloud/rules/seeds.ts';
import { type Document, openHttp, type TestHttp } from '../../kit/http.ts';

type Method = NonNullable<InjectOptions['method']>;
let kit: TestHttp;
let operations: { method: Method; path: string; operation: Document['paths'][string][string] & { [key: string]: unknown } }[];

beforeAll(async () => {
  kit = await openHttp();
  const { register } = kit;
  await register.rules.seed(seedRules());
  for (const what of ['departments', 'grids', 'sites'] as const)
    await register.places.create(
      system,
      what,
      [
        { id: `own-${what}`, name: 'own' },
        { id: `foreign-${what}`, name: 'FOREIGN' },
      ],
      () => '',
    );
  for (const whose of ['own', 'foreign']) {
    await register.agents.create(system, { id: `${whose}-agent`, name: whose === 'own' ? 'own' : 'FOREIGN' });
    const place = {
      site: `${whose}-sites`,
      grid: `${whose}-grids`,
      departments: { maintainer: `${whose}-departments` },
      agent: `${whose}-agent`,
      position: { lon: whose === 'own' ? 114.2 : 114.3, lat: 36.4 },
    };
    await register.devices.create(system, [{ id: `${whose}-device`, kind: 'alarm-post', name: whose === 'own' ? 'own' : 'FOREIGN', lifecycle: 'in service', ...place }], () => '');
  }
  for (const role of roles) await kit.person({ username: role, role, scope: role === 'school' ? { site: 'own-sites' } : { all: true } });
  const document = (await kit.http.app.inject('/api/openapi.json')).json() as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase() as Method, path, operation: operation as never })),
  );
}, 60_000);
afterAll(() => kit.close());

/** The path with ids of what the school must not know. */
const foreign = (path: string) =>
  path
    .replace('/devices/{id}', '/devices/foreign-device')
    .replace('/agents/{id}', '/agents/foreign-agent')
    .replace('/rules/{id}', '/rules/manhole-cover.tilt')
    .replace('{username}', 'viewer')
    .replace(/\{[^}]+\}/g, 'nothing');

test('every route says what it does, whom it serves, what it answers and how it fails', () => {
  expect(operations.length).toBeGreaterThan(30);
  for (const { method, path, operation } of operations) {
    const at = `${method} ${path}`;
    expect([at, operation.summary]).toEqual([at, expect.stringMatching(/\S/)]);
    const rights = operation['x-may'] as string | { act: string };
    const act = typeof rights === 'object' ? rights.act : rights;
    expect([at, ['anyone', 'signed in', 'agent'].includes(act) || isAct(act)]).toEqual([at, true]);
    const answers = Object.keys(operation.responses);
    expect([at, answers.some((code) => code.startsWith('2'))]).toEqual([at, true]);
    for (const code of ['4XX', '5XX']) expect([at, Object.keys(operation.responses[code]?.content ?? {})]).toEqual([at, ['application/problem+json']]);
    for (const [code, { content }] of Object.entries(operation.responses)) {
      for (const media of Object.values(content ?? {})) expect([at, code, typeof media.schema]).toEqual([at, code, 'object']);
    }
    if (method === 'PUT' || method === 'PATCH') expect([at, operation.requestBody]).toEqual([at, expect.anything()]);
  }
});

/** What Fastify has, from the tree that it prints: four characters a level, then a part of the path and its methods. */
function routesOf(tree: string): string[] {
  const parts: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S+) \((.*)\)/.exec(line) ?? [];
    if (part === '') return [];
    parts.splice(indent.length / 4, Number.POSITIVE_INFINITY, part);
    const path = parts.join('').replace(/:(\w+)/g, '{$1}');
    return methods
      .split(', ')
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method} ${path}`);
  });
}

test('no route is hidden from the document but those of the page', () => {
  const served = routesOf(kit.http.app.printRoutes({ commonPrefix: false }));
  expect(served.sort()).toEqual([...operations.map(({ method, path }) => `${method} ${path}`), 'GET /', 'GET /*'].sort());
});

test('every route of the contract that is ours stands in the document', () => {
  const known = operations.map(({ method, path }) => `${method} ${path}`);
  for (const route of [
    ...['POST', 'GET', 'DELETE'].map((method) => `${method} /api/session`),
    'PUT /api/session/password',
    'GET /api/devices',
    'POST /api/devices',
    'GET /api/devices/{id}',
    'PATCH /api/devices/{id}',
    'GET /api/devices/{id}/telemetry',
    'GET /api/map',
    'GET /api/agents',
    'POST /api/agents',
    'POST /api/agents/{id}/token',
    'DELETE /api/agents/{id}',
    'GET /api/accounts',
    'POST /api/accounts',
    'PATCH /api/accounts/{username}',
    'DELETE /api/accounts/{username}',
    'GET /api/tokens',
    'POST /api/tokens',
    'DELETE /api/tokens/{id}',
    ...['departments', 'grids', 'sites'].flatMap((what) => [`GET /api/${what}`, `POST /api/${what}`]),
    'GET /api/rules',
    'PUT /api/rules/{id}',
    'GET /api/parked',
  ])
    expect(known).toContain(route);
});

test('nobody gets past 401, but where anyone may', async () => {
  for (const { method, path, operation } of operations) {
    if (operation['x-may'] === 'anyone') continue;
    const answer = await kit.http.app.inject({ method, url: foreign(path) });
    expect([`${method} ${path}`, answer.statusCode, answer.headers['content-type']]).toEqual([`${method} ${path}`, 401, expect.stringContaining('application/problem+json')]);
  }
});

test('a role without the right is 403 on every route, whatever it sends', async () => {
  for (const { method, path, operation } of operations) {
    const rights = operation['x-may'] as string | { act: string };
    const act = typeof rights === 'object' ? rights.act : rights;
    if (!isAct(act)) continue;
    for (const role of roles) {
      const viewer = { role, scope: role === 'school' ? { site: ['own-sites'] } : { all: true as const } };
      if (may(viewer, act)) continue;
      const answer = await kit.ask(method, foreign(path), { as: role });
      expect([`${method} ${path}`, role, answer.statusCode]).toEqual([`${method} ${path}`, role, 403]);
    }
  }
});

test('every route tells of a query key that it does not know', async () => {
  for (const { method, path, operation } of operations) {
    // Whether the case is there is looked at before a picture is read in, and so before this.
    if (operation['x-may'] === 'agent' || path.endsWith('/photos')) continue;
    const answer = await kit.ask(method, `${foreign(path)}?nonsense=1`, { as: 'administrator', ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }) });
    expect([`${method} ${path}`, answer.statusCode]).toEqual([`${method} ${path}`, 400]);
  }
});

test('a school that walks every route learns nothing of others', async () => {
  for (const { method, path } of operations) {
    if (path === '/api/openapi.json' || (path.startsWith('/api/session') && method !== 'GET')) continue;
    const query = path === '/api/map' ? '?box=114,36,115,37&zoom=18' : '';
    const answer = await kit.ask(method, `${foreign(path)}${query}`, { as: 'school', ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }) });
    const at = `${method} ${path}`;
    expect([at, answer.body.includes('FOREIGN'), /foreign-(?!agent|device)/.test(answer.body)]).toEqual([at, false, false]);
    if (/foreign/.test(foreign(path))) expect([at, answer.statusCode]).toEqual([at, expect.toSatisfy((status: number) => [400, 403, 404].includes(status))]);
    if (method === 'GET' && !path.includes('{') && answer.statusCode === 200) expect([at, answer.body.includes('foreign')]).toEqual([at, false]);
  }
});
