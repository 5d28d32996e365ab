import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { smallDistrict } from '../../../kit/district.ts';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

let at: TestHttp;
beforeAll(async () => {
  at = await openHttp();
  await smallDistrict(at.register);
  await at.person({ username: 'hejing', role: 'dispatcher', scope: { all: true } });
  await at.person({ username: 'school', role: 'school', scope: { site: 'school-1' } });
  await at.person({ username: 'viewer', role: 'viewer', scope: { all: true } });
  at.work.agents.there.add('gw-1');
});
afterAll(() => at.close());
const post = (as: string, device: string, body: unknown) => at.ask('POST', `/api/devices/${device}/commands`, { as, body });

test('a command is answered 202 with its id and status, and can be followed to its reply', async () => {
  const answer = await post('hejing', 'lamp-1', { name: 'dim', args: { level_pct: 40 } });
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toMatchObject({ id: expect.any(String), status: 'queued' });
  const { id } = answer.json();
  const status = async () => (await at.ask('GET', `/api/commands/${id}`, { as: 'hejing' })).json().status;
  await vi.waitFor(async () => expect(await status()).toBe('sent'));
  await at.work.commands.replies([{ seq: 1, type: 'reply', agent: 'gw-1', device: 'lamp-1', id, ok: true, result: { level_pct: 40 }, error: null, ts: 1 }]);
  expect((await at.ask('GET', `/api/commands/${id}`, { as: 'viewer' })).json()).toMatchObject({
    device: 'lamp-1',
    name: 'dim',
    status: 'done',
    result: { level_pct: 40 },
    by: 'hejing',
  });
  expect((await at.ask('GET', '/api/devices/lamp-1/commands', { as: 'viewer' })).json()).toMatchObject({ items: [{ id }], next: null, total: 1 });
});

test('a wrong command is 400 and names what is allowed', async () => {
  const answer = await post('hejing', 'lamp-1', { name: 'dim', args: { level_pct: 400 } });
  expect(answer.statusCode).toBe(400);
  expect(answer.json().errors).toEqual([{ key: 'args.level_pct', value: 400, allowed: 'a number from 0 to 100 %' }]);
  expect((await post('hejing', 'lamp-1', { name: 'siren' })).json().errors[0].allowed).toContain('dim, on, off');
  expect((await post('hejing', 'lamp-1', { name: 'on', args: [] })).statusCode).toBe(400);
  expect((await post('hejing', 'lamp-1', {})).statusCode).toBe(400);
});

test('rights and scope: 403, 404, 409', async () => {
  expect((await post('viewer', 'lamp-1', { name: 'on' })).statusCode).toBe(403);
  expect((await post('school', 'post-2', { name: 'siren' })).statusCode).toBe(404);
  expect((await post('school', 'post-1', { name: 'siren' })).statusCode).toBe(202);
  expect((await post('hejing', 'loose-1', { name: 'on' })).statusCode).toBe(409);
  const { id } = (await post('hejing', 'lamp-1', { name: 'on' })).json();
  expect((await at.ask('GET', `/api/commands/${id}`, { as: 'school' })).statusCode).toBe(404);
  expect((await at.ask('GET', '/api/devices/lamp-1/commands', { as: 'school' })).statusCode).toBe(404);
  expect((await at.ask('GET', '/api/commands/nothing', { as: 'hejing' })).statusCode).toBe(404);
});
