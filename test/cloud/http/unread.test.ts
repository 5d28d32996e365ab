import { connect } from 'node:net';
import Type from 'typebox';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { buildHttp, type Http, type Routes } from '../../../cloud/http/http.ts';
import { openHttp, type TestHttp } from '../../kit/http.ts';

/** More than the system takes for a connection that does not read. */
const answer = { text: 'x'.repeat(24 << 20) };
const sample: Routes = (app) => {
  app.get('/api/much', { config: { may: 'read' }, schema: { summary: 'm', response: { 200: Type.Object({}, { additionalProperties: true }) } } }, async () => answer);
};

let kit: TestHttp;
let http: Http;
let port: number;
beforeEach(async () => {
  kit = await openHttp();
  http = await buildHttp(kit.deps, { sample });
  ({ port } = await http.listen('127.0.0.1', 0));
});
afterEach(async () => {
  await http.stop();
  await kit.close();
});

it('what an account has asked for and does not read is bounded; others are answered, and it too once that is over', async () => {
  const greedy = await kit.person({ username: 'greedy', role: 'viewer', scope: { all: true } });
  const other = await kit.person({ username: 'other', role: 'viewer', scope: { all: true } });
  const ask = async (token: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/much`, { headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'identity' } });
    const body = await response.text();
    return [response.status, response.status === 200 ? body.length > answer.text.length : JSON.parse(body).detail];
  };
  const deaf = [1, 2].map(() => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET /api/much HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${greedy}\r\n\r\n`));
    socket.on('error', () => {}).pause();
    return socket;
  });
  await vi.waitFor(async () => expect(await ask(greedy)).toEqual([429, 'Read the answers that you have asked for, then ask for more.']), { timeout: 10_000 });
  expect(await ask(other)).toEqual([200, true]);
  for (const socket of deaf) socket.destroy();
  await vi.waitFor(async () => expect(await ask(greedy)).toEqual([200, true]), { timeout: 10_000 });
});
