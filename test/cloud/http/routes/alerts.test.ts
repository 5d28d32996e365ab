import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallDistrict } from '../../../kit/district.ts';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

let at: TestHttp;
let tilt: string;
let sos: string;
beforeAll(async () => {
  at = await openHttp();
  await smallDistrict(at.register);
  await at.person({ username: 'hejing', role: 'dispatcher', scope: { all: true } });
  await at.person({ username: 'wang', role: 'gridworker', scope: { grid: 'grid-2' } });
  await at.person({ username: 'school', role: 'school', scope: { site: 'school-1' } });
  await at.person({ username: 'viewer', role: 'viewer', scope: { all: true } });
  tilt = at.work.raise('cover-1').alert.alert.id;
  sos = at.work.raise('post-1', { cause: 'sos', severity: 'critical' }).alert.alert.id;
  at.work.raise('post-2', { cause: 'sos' });
});
afterAll(() => at.close());
const act = (as: string, id: string, action: string, body?: unknown) => at.ask('POST', `/api/alerts/${id}/${action}`, { as, ...(body === undefined ? {} : { body }) });
const list = async (as: string, query = '') => (await at.ask('GET', `/api/alerts${query}`, { as })).json();

test('a list is of the scope, newest first, filtered and paged', async () => {
  expect((await list('hejing')).items.map(({ id }: { id: string }) => id)).toEqual(['alert-3', sos, tilt]);
  expect((await list('school')).items.map(({ id }: { id: string }) => id)).toEqual([sos]);
  expect(await list('wang')).toEqual({ items: [], next: null, total: 0 });
  expect((await list('hejing', '?device=cover-1')).total).toBe(1);
  expect((await list('hejing', '?state=resolved')).total).toBe(0);
  const first = await list('hejing', '?limit=2');
  expect((await list('hejing', `?limit=2&cursor=${first.next}`)).items.map(({ id }: { id: string }) => id)).toEqual([tilt]);
  for (const query of ['?state=lost', '?limit=0', '?cursor=%2e', '?grid=1']) expect((await at.ask('GET', `/api/alerts${query}`, { as: 'hejing' })).statusCode).toBe(400);
});

test('an acknowledgement is kept with who, when and why', async () => {
  const answer = await act('school', sos, 'ack', { note: 'on my way' });
  expect(answer.json()).toMatchObject({ id: sos, state: 'acknowledged', history: [{ at: at.at.clock.now(), by: 'school', action: 'ack', note: 'on my way' }] });
  expect((await at.ask('GET', `/api/alerts/${sos}`, { as: 'hejing' })).json().state).toBe('acknowledged');
  expect((await act('hejing', tilt, 'ack')).json().history).toMatchObject([{ by: 'hejing', note: null }]);
});

test('what ends by itself is ended by nobody; what has ended is acted on no more', async () => {
  expect((await act('hejing', tilt, 'resolve')).statusCode).toBe(409);
  expect((await act('hejing', sos, 'resolve', {})).json().state).toBe('resolved');
  expect((await act('hejing', sos, 'resolve')).statusCode).toBe(409);
  expect((await act('hejing', sos, 'ack')).statusCode).toBe(409);
});

test('rights and scope: 403, 404', async () => {
  expect((await act('viewer', tilt, 'ack')).statusCode).toBe(403);
  expect((await act('wang', tilt, 'ack')).statusCode).toBe(404);
  expect((await at.ask('GET', `/api/alerts/${tilt}`, { as: 'wang' })).statusCode).toBe(404);
  expect((await act('hejing', 'nothing', 'ack')).statusCode).toBe(404);
  expect((await act('hejing', tilt, 'ack', { nota: 'x' })).statusCode).toBe(400);
});
