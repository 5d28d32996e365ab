import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../devices/clock.ts';
import { Client } from '../../simulators/client.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let close = () => {};
afterEach(() => close());

/** A server that answers one request after the other; what it was asked is kept. */
async function serving(...answers: Answer[]) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    asked.push(`${request.method} ${request.url}`);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { asked, client: new Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { clock: systemClock, patience: 3000 }) };
}
const json =
  (status: number, value: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const hangUp: Answer = (request) => request.socket.destroy();

test('tries again what the cloud says it has not done', async () => {
  const { asked, client } = await serving(json(503, { detail: 'not now' }), json(201, { id: 'a' }));
  expect(await client.post('/api/devices', {})).toEqual({ id: 'a' });
  expect(asked).toEqual(['POST /api/devices', 'POST /api/devices']);
});

test('tries a GET again when the connection breaks, a POST never', async () => {
  const { asked, client } = await serving(hangUp, json(200, { ok: true }));
  expect(await client.get('/health')).toEqual({ ok: true });
  close();
  const other = await serving(hangUp);
  await expect(other.client.post('/api/cases', {})).rejects.toMatchObject({ next: 'reject', code: 'unreachable' });
  expect([asked.length, other.asked.length]).toEqual([2, 1]);
});

test('tells what the problem says, with its members', async () => {
  const { client } = await serving(json(409, { title: 'It conflicts', detail: 'The case has changed.', version: 4 }));
  await expect(client.post('/api/cases/c/actions', {})).rejects.toMatchObject({
    status: 409,
    code: 'http-409',
    message: 'POST /api/cases/c/actions: 409, The case has changed.',
    problem: { version: 4 },
  });
});

test('keeps the session that signing in gave', async () => {
  const { client } = await serving(json(200, {}, { 'set-cookie': 'gw_session=abc; HttpOnly; SameSite=Strict' }), (request, response) =>
    response.end(JSON.stringify(request.headers.cookie)),
  );
  await client.signIn('admin', 'secret');
  expect(await client.get('/api/session')).toBe('gw_session=abc');
});

test('goes through a list page by page', async () => {
  const { asked, client } = await serving(json(200, { items: [1, 2], next: 'p2', total: 3 }), json(200, { items: [3], next: null, total: 3 }));
  const items: number[] = [];
  for await (const item of client.all<number>('/api/grids?q=x')) items.push(item);
  expect(items).toEqual([1, 2, 3]);
  expect(asked).toEqual(['GET /api/grids?q=x&limit=1000', 'GET /api/grids?q=x&limit=1000&cursor=p2']);
});
