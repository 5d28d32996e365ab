import { afterEach, beforeEach, expect, test } from 'vitest';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

let kit: TestHttp;
beforeEach(async () => {
  kit = await openHttp();
  await kit.person({ username: 'admin', role: 'administrator', scope: { all: true } });
});
afterEach(() => kit.close());

const ring = [
  [114.2, 36.4],
  [114.3, 36.4],
  [114.3, 36.5],
  [114.2, 36.4],
];

test('departments, grids and sites are added one by one or in arrays, and listed', async () => {
  const one = await kit.ask('POST', '/api/departments', { as: 'admin', body: { id: 'd1', name: '市政' } });
  expect([one.statusCode, one.json()]).toEqual([201, { id: 'd1', name: '市政' }]);
  const many = await kit.ask('POST', '/api/grids', {
    as: 'admin',
    body: Array.from({ length: 1191 }, (_, i) => ({ id: `g${String(i).padStart(4, '0')}`, name: `${i}`, worker: '林晓岚', polygon: ring })),
  });
  expect([many.statusCode, many.json().length]).toEqual([201, 1191]);
  const first = (await kit.ask('GET', '/api/grids', { as: 'admin' })).json();
  expect([first.items.length, first.total]).toEqual([1000, 1191]);
  expect((await kit.ask('GET', `/api/grids?cursor=${first.next}`, { as: 'admin' })).json()).toMatchObject({ next: null, items: expect.objectContaining({ length: 191 }) });
  const site = { id: 's1', name: '一中', polygon: null, plan: { type: 'FeatureCollection', features: [] } };
  expect((await kit.ask('POST', '/api/sites', { as: 'admin', body: site })).json()).toEqual(site);
});

test('what is wrong is named', async () => {
  const wrong = async (url: string, body: unknown) => {
    const answer = await kit.ask('POST', url, { as: 'admin', body });
    return [answer.statusCode, answer.json().errors?.[0]?.key];
  };
  expect(await wrong('/api/departments', { id: 'd1' })).toEqual([400, 'name']);
  expect(await wrong('/api/grids', { id: 'g1', name: 'g', polygon: [[1, 2]] })).toEqual([400, 'polygon']);
  expect(
    await wrong('/api/grids', [
      { id: 'g1', name: 'g' },
      { id: 'g1', name: 'g' },
    ]),
  ).toEqual([409, '[1].id']);
  expect(await wrong('/api/sites', { id: 's1', name: 's', plan: { type: 'Point' } })).toEqual([400, 'plan.features']);
});

test('the installation and the base map are set by an administrator of everything and read by all', async () => {
  await kit.ask('POST', '/api/sites', { as: 'admin', body: { id: 's1', name: 's1' } });
  await kit.person({ username: 'school', role: 'school', scope: { site: 's1' } });
  const named = { name: { zh: '示范区', en: 'Demo' }, demo: true, center: { lon: 114.2, lat: 36.42 }, division: '130406' };
  expect((await kit.ask('PUT', '/api/installation', { as: 'admin', body: named })).json()).toEqual(named);
  expect((await kit.ask('GET', '/api/installation', { as: 'school' })).json()).toEqual(named);
  const basemap = { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: { type: 'LineString', coordinates: ring }, properties: { kind: 'road' } }] };
  expect((await kit.ask('PUT', '/api/basemap', { as: 'admin', body: basemap })).json()).toEqual(basemap);
  expect((await kit.ask('GET', '/api/basemap', { as: 'school' })).json()).toEqual(basemap);
  for (const url of ['/api/installation', '/api/basemap']) expect((await kit.ask('PUT', url, { as: 'school', body: url.endsWith('map') ? basemap : named })).statusCode).toBe(403);
  expect((await kit.ask('PUT', '/api/installation', { as: 'admin', body: { ...named, division: '13' } })).json().errors[0].key).toBe('division');
});
