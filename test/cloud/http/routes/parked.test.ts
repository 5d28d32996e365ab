import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ParkedRow } from '../../../../cloud/threads/threads.ts';
import { openHttp, type TestHttp } from '../../../kit/http.ts';

const row = (stage: string, n: number, at: number): ParkedRow => ({
  id: `${stage}-${n}`,
  at,
  stage,
  reason: 'unknown-device',
  detail: 'x',
  agent: 'gw',
  device: null,
  topic: 't',
  size: 1,
  hash: 'h',
  bytes: null,
});
/** A shelf as the consumers keep it: newest first, before a number. */
const shelf = (rows: ParkedRow[]) => ({
  list: (limit: number, before: number | null) => rows.filter(({ id }) => before === null || Number(id.split('-')[1]) < before).slice(0, limit),
  total: () => rows.length,
});

let kit: TestHttp;
beforeEach(async () => {
  kit = await openHttp(() => ({
    parked: {
      ingest: shelf([row('ingest', 9, 90), row('ingest', 8, 50), row('ingest', 7, 60)]),
      telemetry: shelf([row('telemetry', 2, 80), row('telemetry', 1, 10)]),
    },
  }));
  await kit.person({ username: 'admin', role: 'administrator', scope: { all: true } });
});
afterEach(() => kit.close());

test('the shelves are told as one list, newest first, in pages without a gap or a repeat', async () => {
  const whole = (await kit.ask('GET', '/api/parked', { as: 'admin' })).json();
  const ids = whole.items.map(({ id }: ParkedRow) => id);
  expect(ids).toEqual(['ingest-9', 'telemetry-2', 'ingest-8', 'ingest-7', 'telemetry-1']);
  expect([whole.total, whole.next]).toEqual([5, null]);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: ParkedRow[]; next: string | null } = (await kit.ask('GET', `/api/parked?limit=2${cursor ? `&cursor=${cursor}` : ''}`, { as: 'admin' })).json();
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  expect(seen).toEqual(ids);
});

test('administrators and technicians of everything read them, nobody else', async () => {
  await kit.ask('POST', '/api/sites', { as: 'admin', body: { id: 's1', name: 's1' } });
  await kit.person({ username: 'tech', role: 'technician', scope: { all: true } });
  await kit.person({ username: 'site-tech', role: 'technician', scope: { site: 's1' } });
  await kit.person({ username: 'dispatcher', role: 'dispatcher', scope: { all: true } });
  const status = async (as: string) => (await kit.ask('GET', '/api/parked', { as })).statusCode;
  expect([await status('tech'), await status('site-tech'), await status('dispatcher')]).toEqual([200, 403, 403]);
});
