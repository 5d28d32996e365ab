import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InfluxStore } from '../../../../cloud/telemetry/telemetry.ts';
import { reading } from '../../../contracts/telemetry-store.ts';
import { InfluxStub } from '../../../kit/influx-stub.ts';

const log = pino({ level: 'silent' });
const t0 = Date.UTC(2026, 10, 20);
let stub: InfluxStub;
let store: InfluxStore;
beforeEach(async () => {
  stub = await new InfluxStub().start();
});
afterEach(async () => {
  await store.stop();
  await stub.stop();
});

async function opened(target: ConstructorParameters<typeof InfluxStore>[0]['target']) {
  store = new InfluxStore({ target, log });
  await store.start();
}
const opened1 = async () => {
  await opened({ version: 1, url: stub.url, database: 'gw' });
  stub.asked.length = 0;
};

describe('the shape of InfluxDB 2.x, unverified against a server', () => {
  beforeEach(() => opened({ version: 2, url: stub.url, org: 'the city', bucket: 'covers & lamps', token: 'secret-token' }));

  it('writes to organisation and bucket with the token, in milliseconds', async () => {
    await store.write([reading(t0, { tilt_deg: 22.4, water_over: false })]);
    expect(stub.asked).toMatchObject([
      {
        method: 'POST',
        path: '/api/v2/write',
        query: { org: 'the city', bucket: 'covers & lamps', precision: 'ms' },
        headers: { authorization: 'Token secret-token' },
        body: `manhole-cover,device=cover-1 tilt_deg=22.4,water_over=false ${t0}`,
      },
    ]);
  });

  it('asks by InfluxQL at the endpoint that 1.x has, with the token', async () => {
    stub.answers.push({ status: 200, body: { results: [{ series: [{ columns: ['time', 'tilt_deg'], values: [[t0, 1.5]] }] }] } });
    const series = await store.query({ device: 'cover-1', kind: 'manhole-cover', metrics: ['tilt_deg'], from: t0, to: t0 + 1000, maxPoints: 10 });
    expect(series).toEqual([{ metric: 'tilt_deg', ts: [t0], value: [1.5] }]);
    const [asked] = stub.asked;
    expect(asked).toMatchObject({ path: '/query', headers: { authorization: 'Token secret-token' }, query: { db: 'covers & lamps', epoch: 'ms' } });
    expect(asked?.query.q).toBe(`SELECT "tilt_deg" FROM "manhole-cover" WHERE "device" = 'cover-1' AND time >= ${t0}ms AND time < ${t0 + 1000}ms LIMIT 11`);
  });

  it('rejects what 422 says is refused, and makes no bucket on 404', async () => {
    const body = { code: 'unprocessable entity', message: 'failure writing points to database: partial write: field type conflict: dropped=1' };
    stub.answers.push({ status: 422, body });
    expect(await store.write([reading(t0, { tilt_deg: 1 })])).toMatchObject([{ reason: `422 ${body.message}` }]);
    stub.answers.push({ status: 404, body: { code: 'not found', message: 'bucket not found' } }, { status: 404, body: { code: 'not found', message: 'bucket not found' } });
    await expect(store.write([reading(t0, { tilt_deg: 1 })])).rejects.toMatchObject({ next: 'retry', message: expect.stringContaining('bucket not found') });
    expect(stub.asked.map(({ path }) => path)).toEqual(['/api/v2/write', '/api/v2/write', '/api/v2/write']);
  });
});

describe('the InfluxDB writer', () => {
  for (const status of [401, 429, 500, 503])
    it(`says retry on ${status}, with what the server said and without its own second try`, async () => {
      await opened1();
      stub.answers.push({ status, body: { error: 'not now' } });
      await expect(store.write([reading(t0, { tilt_deg: 1 })])).rejects.toMatchObject({
        next: 'retry',
        code: 'influx-away',
        message: expect.stringContaining(`${status} not now`),
      });
      expect(stub.asked).toHaveLength(1);
      expect(await store.write([reading(t0, { tilt_deg: 1 })])).toEqual([]);
    });

  it('halves what is too large for the server', async () => {
    await opened1();
    stub.answers.push({ status: 413, body: { error: 'Request Entity Too Large' } });
    expect(await store.write([0, 1, 2, 3].map((i) => reading(t0 + i, { tilt_deg: i })))).toEqual([]);
    expect(stub.asked.map(({ body }) => body.split('\n').length)).toEqual([4, 2, 2]);
  });

  it('sends 20,000 lines a write, the next only when the one before was answered', async () => {
    await opened1();
    expect(await store.write(Array.from({ length: 45_000 }, (_, i) => reading(t0 + i, { tilt_deg: i })))).toEqual([]);
    expect(stub.asked.map(({ body, headers }) => [body.split('\n').length, headers['content-encoding']])).toEqual([
      [20_000, undefined],
      [20_000, undefined],
      [5_000, undefined],
    ]);
  });

  it('speaks with the user and password of its address, and shows neither', async () => {
    await opened({ version: 1, url: stub.url.replace('://', '://city:p%40ss@'), database: 'gw' });
    await store.write([reading(t0, { tilt_deg: 1 })]);
    for (const { headers } of stub.asked) expect(headers.authorization).toBe(`Basic ${Buffer.from('city:p@ss').toString('base64')}`);
    expect(store.address.url).toBe(stub.url);
  });

  it('never sends a number that is none', async () => {
    await opened1();
    expect(await store.write([reading(t0, { tilt_deg: Number.NaN }), reading(t0, {}), reading(t0 + 0.5, { tilt_deg: 1 }), reading(t0, { tilt_deg: 2 })])).toHaveLength(3);
    expect(stub.asked.map(({ body }) => body)).toEqual([`manhole-cover,device=cover-1 tilt_deg=2 ${t0}`]);
  });
});
