import { afterEach, beforeEach, expect, test } from 'vitest';
import { Register, system } from '../../../cloud/register/register.ts';
import { openDesk, type TestDesk } from '../../kit/desk.ts';

let at: TestDesk;
let register: Register;
const all = { all: true } as const;

async function open(): Promise<void> {
  register = new Register({ desk: at.desk, clock: at.clock, latest: () => new Map(), gate: { put: () => {}, remove: () => {} }, counts: () => new Map(), online: () => new Map() });
  await register.start();
}
beforeEach(async () => {
  at = await openDesk();
  await open();
});
afterEach(() => at.close());

const ring: [number, number][] = [
  [114.2, 36.4],
  [114.3, 36.4],
  [114.3, 36.5],
  [114.2, 36.4],
];

test('grids keep worker and ring, sites ring and plan; what is not said is null', async () => {
  const plan = { type: 'FeatureCollection' as const, features: [{ type: 'Feature' as const, geometry: { type: 'Point', coordinates: [1, 2] }, properties: { kind: 'gate' } }] };
  await register.places.create(
    system,
    'grids',
    [
      { id: 'g1', name: '一', worker: '林晓岚', polygon: ring },
      { id: 'g2', name: '二' },
    ],
    (i) => `[${i}].`,
  );
  await register.places.create(system, 'sites', [{ id: 's1', name: '一中', polygon: ring, plan }], () => '');
  expect((await register.places.list('grids', all, { limit: 10 })).items).toEqual([
    { id: 'g1', name: '一', worker: '林晓岚', polygon: ring },
    { id: 'g2', name: '二', worker: null, polygon: null },
  ]);
  expect((await register.places.list('sites', all, { limit: 10 })).items).toEqual([{ id: 's1', name: '一中', polygon: ring, plan }]);
});

test('an array is taken whole or not at all, and the index of an id that exists is named', async () => {
  const make = (...ids: string[]) =>
    register.places.create(
      system,
      'departments',
      ids.map((id) => ({ id, name: id })),
      (i) => `[${i}].`,
    );
  await make('a');
  await expect(make('b', 'a')).rejects.toMatchObject({ refusal: 'conflict', faults: [{ key: '[1].id', value: 'a' }] });
  await expect(make('c', 'c')).rejects.toMatchObject({ refusal: 'conflict', faults: [{ key: '[1].id', value: 'c' }] });
  expect((await register.places.list('departments', all, { limit: 10 })).total).toBe(1);
});

test('lists come by id, in pages', async () => {
  await register.places.create(
    system,
    'grids',
    ['c', 'a', 'b'].map((id) => ({ id, name: id })),
    () => '',
  );
  const first = await register.places.list('grids', all, { limit: 2 });
  expect([first.items.map(({ id }) => id), first.next, first.total]).toEqual([['a', 'b'], 'b', 3]);
  expect(await register.places.list('grids', all, { limit: 2, after: 'b' })).toMatchObject({ items: [{ id: 'c' }], next: null, total: 3 });
});

test('a scope sees what it names and what its devices refer to, and no sign of the rest', async () => {
  for (const kind of ['departments', 'grids', 'sites'] as const)
    await register.places.create(
      system,
      kind,
      ['x1', 'x2', 'x3'].map((id) => ({ id, name: id })),
      () => '',
    );
  await register.devices.create(
    system,
    [
      { kind: 'camera', site: 'x1', grid: 'x2', departments: { maintainer: 'x3' } },
      { kind: 'camera', site: 'x2', grid: 'x1' },
    ],
    () => '',
  );
  const ids = async (kind: 'departments' | 'grids' | 'sites', scope: Parameters<Register['places']['list']>[1]) => {
    const { items, total } = await register.places.list(kind, scope, { limit: 10 });
    expect(total).toBe(items.length);
    return items.map(({ id }) => id);
  };
  const school = { site: ['x1'] };
  expect([await ids('departments', school), await ids('grids', school), await ids('sites', school)]).toEqual([['x3'], ['x2'], ['x1']]);
  expect([await ids('departments', { department: ['x3'] }), await ids('sites', { department: ['x3'] })]).toEqual([['x3'], ['x1']]);
  expect([await ids('grids', { grid: ['x3'] }), await ids('sites', { grid: ['x3'] })]).toEqual([['x3'], []]);
});

test('the installation is nameless and nowhere until somebody says; the base map is empty', async () => {
  expect(await register.installation.get('installation')).toMatchObject({ demo: false, center: null, division: null });
  expect(await register.installation.get('basemap')).toEqual({ type: 'FeatureCollection', features: [] });
  const named = { name: { zh: '示范区', en: 'Demo district' }, demo: true, center: { lon: 114.2, lat: 36.42 }, division: '130406' };
  await register.installation.put(system, 'installation', named);
  await register.installation.put(system, 'installation', { ...named, demo: false });
  await at.restart();
  await open();
  expect(await register.installation.get('installation')).toEqual({ ...named, demo: false });
});
