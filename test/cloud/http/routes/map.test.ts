import { afterEach, beforeEach, expect, test } from 'vitest';
import { system } from '../../../../cloud/register/register.ts';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

let kit: TestHttp;
beforeEach(async () => {
  kit = await openHttp();
  await kit.register.places.create(system, 'sites', [{ id: 's1', name: 's1' }], () => '');
  await kit.register.devices.create(
    system,
    Array.from({ length: 20 }, (_, i) => ({ kind: 'camera', id: `d${i}`, position: { lon: 114.2 + i * 0.0001, lat: 36.4 }, ...(i < 3 ? { site: 's1' } : {}) })),
    () => '',
  );
  kit.register.setStatuses([
    { id: 'd1', status: 'alarm' },
    { id: 'd10', status: 'warning' },
  ]);
  await kit.person({ username: 'admin', role: 'administrator', scope: { all: true } });
  await kit.person({ username: 'school', role: 'school', scope: { site: 's1' } });
});
afterEach(() => kit.close());

test('far out there are clusters by worst status, close in devices; a school has its own alone', async () => {
  const get = async (as: string, zoom: number) => (await kit.ask('GET', `/api/map?box=114,36,115,37&zoom=${zoom}`, { as })).json();
  expect((await get('admin', 8)).clusters).toEqual([
    { lon: expect.any(Number), lat: expect.any(Number), count: 20, worst: 'alarm', counts: { alarm: 1, warning: 1, offline: 0, unknown: 18 }, expansionZoom: expect.any(Number) },
  ]);
  expect((await get('admin', 18)).devices).toHaveLength(20);
  expect((await get('school', 8)).clusters).toMatchObject([{ count: 3, counts: { alarm: 1, warning: 0 } }]);
  expect((await get('school', 18)).devices.map(({ id }: { id: string }) => id).sort()).toEqual(['d0', 'd1', 'd2']);
});

test('a box or zoom that is none is told', async () => {
  for (const [query, key] of [
    ['box=1,2,3&zoom=5', 'box'],
    ['box=3,2,1,4&zoom=5', 'box'],
    ['box=a,b,c,d&zoom=5', 'box'],
    ['box=1,2,3,4&zoom=99', 'zoom'],
    ['box=1,2,3,4', 'zoom'],
    ['zoom=5', 'box'],
  ]) {
    const answer = await kit.ask('GET', `/api/map?${query}`, { as: 'admin' });
    expect([query, answer.statusCode, answer.json().errors[0].key]).toEqual([query, 400, key]);
  }
});
