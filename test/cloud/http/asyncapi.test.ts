import { afterAll, beforeAll, expect, test } from 'vitest';
import { dialects } from '../../../cloud/ingest/ingest.ts';
import { asks } from '../../../cloud/live/messages.ts';
import { kinds } from '../../../devices/kinds/kinds.ts';
import { flowTopic, parseCommandTopic, parseUpTopic } from '../../../devices/wire/wire.ts';
import { openHttp, type TestHttp } from '../../kit/http.ts';

interface Document {
  asyncapi: string;
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }>; servers: { $ref: string }[] }>;
  operations: Record<string, { action: 'send' | 'receive'; channel: { $ref: string } }>;
  components: { schemas: Record<string, { properties: object }>; messages: Record<string, { payload: { properties?: object } }> };
}
let at: TestHttp;
let document: Document;
beforeAll(async () => {
  at = await openHttp();
  const answer = await at.ask('GET', '/api/asyncapi.json');
  expect(answer.statusCode).toBe(200);
  document = answer.json();
});
afterAll(() => at.close());

function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === '$ref' && typeof part === 'string') yield part;
    else yield* references(part);
  }
}
const found = (path: string) =>
  path
    .split('/')
    .slice(1)
    .reduce((here: unknown, part) => (here as Record<string, unknown> | undefined)?.[part], document);

test('is AsyncAPI 3.0, and every reference in it leads somewhere', () => {
  expect(document.asyncapi).toBe('3.0.0');
  const all = [...references(document)];
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((path) => found(path) === undefined)).toEqual([]);
});

test('every channel has an operation, and its topic is one that the wire knows', () => {
  const used = new Set(Object.values(document.operations).map(({ channel }) => channel.$ref.split('/').at(-1)));
  for (const [name, { address, servers }] of Object.entries(document.channels)) {
    expect(used).toContain(name);
    if (!servers[0]?.$ref.endsWith('mqtt') || dialects.some(({ id }) => id === name)) continue;
    const topic = address.replace('{agent}', 'gw-1').replace('{device}', 'cover-1');
    const action = Object.values(document.operations).find(({ channel }) => channel.$ref.endsWith(`/${name}`))?.action;
    if (action === 'receive') expect(parseUpTopic(topic)).not.toBeNull();
    else expect(parseCommandTopic(topic) !== null || topic === flowTopic('gw-1')).toBe(true);
  }
});

test('everything that an agent may say, a dialect may say, or a client may ask, is in it', () => {
  const channels = Object.keys(document.channels);
  expect(channels).toEqual(
    expect.arrayContaining([
      'telemetry',
      'batch',
      'event',
      'state',
      'reply',
      'command',
      'flow',
      'snapshot',
      'delta',
      'reading',
      ...Object.keys(asks),
      ...dialects.map(({ id }) => id),
    ]),
  );
});

test('the metrics of every kind are in it', () => {
  for (const kind of kinds) expect(Object.keys(document.components.schemas[`values-${kind.id}`]?.properties ?? {})).toEqual(Object.keys(kind.metrics));
  expect(document.components.messages.snapshot?.payload.properties).toHaveProperty('alerts');
});
