import { afterEach, beforeEach, expect, test } from 'vitest';
import { system } from '../../../../cloud/register/register.ts';
import type { TelemetryQuery } from '../../../../cloud/telemetry/telemetry.ts';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

let kit: TestHttp;
let asked: TelemetryQuery[];
beforeEach(async () => {
  kit = await openHttp();
  asked = [];
  await kit.person({ username: 'admin', role: 'administrator', scope: { all: true } });
  await kit.register.devices.create(system, [{ kind: 'manhole-cover', id: 'c1' }], () => '');
  kit.telemetry = {
    query: async (query) => {
      asked.push(query);
      if (query.to - query.from > 40 * 86_400_000 && !query.every) return { tooMany: true, every: '15m' };
      if (query.every) return [{ metric: 'tilt_deg', ts: [0], min: [1], mean: [1.5], max: [2], count: [2] }];
      return [
        { metric: 'tilt_deg', ts: [1, 2], value: [1, 2] },
        { metric: 'water_over', ts: [1], value: [true] },
      ];
    },
  };
});
afterEach(() => kit.close());

const get = (query: string, id = 'c1') => kit.ask('GET', `/api/devices/${id}/telemetry?${query}`, { as: 'admin' });

test('readings come in columns with the units of the kind', async () => {
  expect((await get('metric=tilt_deg,water_over&from=0&to=10')).json()).toEqual({
    series: [
      { metric: 'tilt_deg', unit: '°', ts: [1, 2], value: [1, 2] },
      { metric: 'water_over', unit: '', ts: [1], value: [true] },
    ],
  });
  expect(asked).toEqual([{ device: 'c1', kind: 'manhole-cover', metrics: ['tilt_deg', 'water_over'], from: 0, to: 10, maxPoints: 200_000 }]);
});

test('without a time it is the last 24 hours, without a metric all of the kind', async () => {
  await get('');
  const now = kit.at.clock.now();
  expect(asked[0]).toMatchObject({ from: now + 1 - 86_400_000, to: now + 1, metrics: expect.arrayContaining(['tilt_deg', 'battery_v', 'angle_z_deg']) });
});

test('a width makes buckets of min, mean, max and count', async () => {
  expect((await get('metric=tilt_deg&every=5m')).json().series).toEqual([{ metric: 'tilt_deg', unit: '°', ts: [0], min: [1], mean: [1.5], max: [2], count: [2] }]);
  for (const every of ['30s', '5m', '1h', '1d']) await get(`every=${every}`);
  expect(asked.slice(1).map(({ every }) => every)).toEqual([30_000, 300_000, 3_600_000, 86_400_000]);
});

test('too many points are 413, naming a width that fits', async () => {
  const answer = await get('from=0&to=9999999999999');
  expect([answer.statusCode, answer.json().every]).toEqual([413, '15m']);
  expect(answer.json().detail).toContain('every=15m');
});

test('what is wrong is named; a device that is not there is 404', async () => {
  for (const [query, key] of [
    ['metric=tilt_deg,mood', 'metric'],
    ['every=5', 'every'],
    ['every=0m', 'every'],
    ['from=10&to=10', 'from'],
    ['from=yesterday', 'from'],
    ['form=1', 'form'],
  ]) {
    const answer = await get(query as string);
    expect([query, answer.statusCode, answer.json().errors[0].key]).toEqual([query, 400, key]);
  }
  expect((await get('', 'nothing')).statusCode).toBe(404);
  expect(asked).toEqual([]);
});
