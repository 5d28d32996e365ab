import { afterEach, beforeEach, expect, test } from 'vitest';
import { seedRules } from '../../../../cloud/rules/seeds.ts';
import { kinds } from '../../../../devices/kinds/kinds.ts';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

let kit: TestHttp;
beforeEach(async () => {
  kit = await openHttp();
  await kit.register.rules.seed(seedRules());
  await kit.person({ username: 'admin', role: 'administrator', scope: { all: true } });
  await kit.person({ username: 'dispatcher', role: 'dispatcher', scope: { all: true } });
});
afterEach(() => kit.close());

test('rules are listed and got by everyone, and changed by an administrator; the change is in the journal', async () => {
  expect((await kit.ask('GET', '/api/rules', { as: 'dispatcher' })).json()).toMatchObject({ total: seedRules().length, items: seedRules() });
  const rule = (await kit.ask('GET', '/api/rules/manhole-cover.tilt', { as: 'dispatcher' })).json();
  const after = { ...rule, enabled: false, hold_s: 10 };
  expect((await kit.ask('PUT', '/api/rules/manhole-cover.tilt', { as: 'dispatcher', body: after })).statusCode).toBe(403);
  expect((await kit.ask('PUT', '/api/rules/manhole-cover.tilt', { as: 'admin', body: after })).json()).toEqual(after);
  expect(kit.at.changes('rule').at(-1)).toEqual({ type: 'rule', rule: after });
  expect((await kit.ask('PUT', '/api/rules/nothing', { as: 'admin', body: { ...after, id: 'nothing' } })).statusCode).toBe(404);
});

test('of a wrong rule the wrong part is named, by the type that was meant', async () => {
  const rule = (await kit.ask('GET', '/api/rules/manhole-cover.tilt', { as: 'admin' })).json();
  const put = async (part: object) => {
    const answer = await kit.ask('PUT', '/api/rules/manhole-cover.tilt', { as: 'admin', body: { ...rule, ...part } });
    return [answer.statusCode, answer.json().errors?.map(({ key }: { key: string }) => key)];
  };
  expect(await put({ hold_s: -1 })).toEqual([400, ['hold_s']]);
  expect(await put({ levels: [] })).toEqual([400, ['levels']]);
  expect(await put({ clear: 20 })).toEqual([400, ['clear']]);
  expect(await put({ metric: 'battery_v' })).toEqual([409, ['metric']]);
  expect(await put({ zz: 1 })).toEqual([400, ['zz']]);
  expect(await put({ message: { ...rule.message, fr: 'x' } })).toEqual([400, ['message.fr']]);
  expect(await put({ id: 'other' })).toEqual([409, ['id']]);
});

test('the kinds are told as they are built in', async () => {
  const answer = (await kit.ask('GET', '/api/kinds', { as: 'dispatcher' })).json();
  expect(answer.items.map(({ id }: { id: string }) => id)).toEqual(kinds.map(({ id }) => id));
  const cover = answer.items[0];
  expect(cover.metrics.tilt_deg).toEqual({ type: 'number', label: { zh: '倾角', en: 'Tilt' }, unit: '°', range: [0, 90], normal: [0, 10], digits: 1 });
  expect(cover.commands['set-interval'].args.interval_s).toMatchObject({ type: 'integer', unit: 's' });
  expect(Object.keys(cover.metrics)[0]).toBe('tilt_deg');
  const first = (await kit.ask('GET', '/api/kinds?limit=2', { as: 'dispatcher' })).json();
  const rest = (await kit.ask('GET', `/api/kinds?limit=3&cursor=${first.next}`, { as: 'dispatcher' })).json();
  expect([...first.items, ...rest.items]).toEqual(answer.items);
  expect(rest.next).toBeNull();
});
