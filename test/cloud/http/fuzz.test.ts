/** Whatever is asked of any route: an answer of the document, never 5xx, and the next one is served. */
import { connect } from 'node:net';
import type { InjectOptions } from 'light-my-request';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedRules } from '../../../cloud/rules/seeds.ts';
import { smallDistrict } from '../../kit/district.ts';
import { form } from '../../kit/form.ts';
import { fc, fitting, inPieces, jsonOf, nearly, nearlyJson, oddText, patience, runs, type Schema } from '../../kit/fuzz.ts';
import { type Document, openHttp, type TestHttp } from '../../kit/http.ts';
import { jpegOf, pngOf } from '../../kit/pictures.ts';

type Method = NonNullable<InjectOptions['method']>;
interface Operation {
  method: Method;
  path: string;
  query: { name: string; schema: Schema; required: boolean }[];
  body: Schema | null;
}

let kit: TestHttp;
let token: string;
let port: number;
let operations: Operation[];
/** Things that are there, by the word before them in a path; a wrong one is tried in its place now and then. */
let there: Record<string, string[]>;
const crashes: unknown[] = [];
const crashed = (thrown: unknown) => void crashes.push(thrown);

beforeAll(async () => {
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  kit = await openHttp();
  await kit.register.rules.seed(seedRules());
  await smallDistrict(kit.register);
  token = await kit.person({ username: 'admin', role: 'administrator', scope: { all: true } });
  await kit.person({ username: 'other', role: 'handler', scope: { department: 'dept-drainage' } });
  const { alert } = kit.work.raise('cover-1');
  const wanted = { type: 'case-wanted' as const, seq: 1, alert, maintainer: 'dept-drainage' };
  await kit.work.cases.wanted([wanted]);
  const [opened] = await kit.work.cases.open();
  const command = (await kit.ask('POST', '/api/devices/camera-1/commands', { as: 'admin', body: { name: 'snapshot' } })).json();
  there = {
    devices: ['cover-1', 'cover-2', 'camera-1', 'lamp-1'],
    agents: ['gw-2', 'lora'],
    accounts: ['other'],
    tokens: ['nothing'],
    rules: ['manhole-cover.tilt', 'manhole-cover.event.tilt', 'streetlight.offline'],
    alerts: [alert.alert.id],
    cases: [opened?.id ?? ''],
    commands: [command.id],
    photos: ['nothing'],
  };
  const document = (await kit.http.app.inject('/api/openapi.json')).json() as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { parameters = [], requestBody } = operation as {
        parameters?: ({ in: string } & Operation['query'][number])[];
        requestBody?: { content: Record<string, { schema: Schema }> };
      };
      return {
        method: method.toUpperCase() as Method,
        path,
        query: parameters.filter((one) => one.in === 'query'),
        body: requestBody?.content['application/json']?.schema ?? null,
      };
    }),
  );
  ({ port } = await kit.http.listen('127.0.0.1', 0));
}, 60_000);
afterAll(async () => {
  await kit.close();
  process.off('uncaughtException', crashed);
  process.off('unhandledRejection', crashed);
});

/** What changes the password or the rights of who asks would end the asking. */
const isKept = ({ method, path }: Operation) => !path.startsWith('/api/session') || method === 'GET';
const encoded = (word: string) => encodeURIComponent(Buffer.from(word).toString());
const elsewhere = [
  'dept-drainage',
  'grid-1',
  'school-1',
  'gw-1',
  '0,0,1,1',
  '114,36,115,37',
  '-1e999,0,1,1',
  '24',
  '1s',
  '999999999d',
  'tilt_deg,fps',
  '-9999999999999999',
  '9999999999999999',
];

interface Asked {
  operation: Operation;
  url: string;
  body: string | null;
}
function askedOf(operation: Operation): fc.Arbitrary<Asked> {
  const words = [...Object.values(there).flat(), ...elsewhere];
  const names = [...operation.path.matchAll(/([a-z]+)\/\{/g)].map(([, what]) =>
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...(there[what as string] as string[])) }, { weight: 1, arbitrary: oddText.filter((word) => word !== '') }),
  );
  const known = operation.query.map(({ name, schema, required }) => {
    const pair = fc.tuple(fc.constant(name), fc.oneof({ weight: 3, arbitrary: fitting(schema, words).map(String) }, { weight: 1, arbitrary: oddText }));
    return required ? pair : fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: pair });
  });
  const query: fc.Arbitrary<([string, string] | null)[]> = fc.oneof({ weight: 12, arbitrary: fc.tuple(...known) }, { weight: 1, arbitrary: fc.tuple(fc.tuple(oddText, oddText)) });
  const url = fc.tuple(fc.tuple(...names), query).map(([ids, pairs]) => {
    let n = 0;
    const path = operation.path.replace(/\{[^}]+\}/g, () => encoded(ids[n++] as string));
    const search = pairs.flatMap((pair) => (pair ? [`${encoded(pair[0])}=${encoded(pair[1])}`] : []));
    return search.length > 0 ? `${path}?${search.join('&')}` : path;
  });
  if (operation.body === null) return fc.record({ operation: fc.constant(operation), url, body: fc.constant(null) });
  const right = fitting(operation.body, words);
  const body = fc.oneof({ weight: 3, arbitrary: right.map(jsonOf) }, { weight: 1, arbitrary: right.chain((one) => nearlyJson([one])) });
  return fc.record({ operation: fc.constant(operation), url, body });
}
/** Only known once the product is there. */
const asked: fc.Arbitrary<Asked> = fc.nat().chain((nth) => {
  const all = operations.filter(isKept);
  return askedOf(all[nth % all.length] as Operation);
});

async function stillServed(): Promise<void> {
  expect(crashes).toEqual([]);
  expect((await kit.ask('GET', '/api/session', { as: 'admin' })).statusCode).toBe(200);
}

test(
  'paths, query strings and bodies that are nearly right are answered as the document says, never by a fault of ours',
  async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ operation, url, body }) => {
        const answer = await kit.ask(operation.method, url, { as: 'admin', ...(body === null ? {} : { body, headers: { 'content-type': 'application/json' } }) });
        expect([answer.statusCode, answer.statusCode < 500 ? '' : answer.body]).toEqual([expect.toSatisfy((status: number) => status < 500), '']);
        expect(answer.body.length).toBeLessThan(2_000_000);
        await stillServed();
      }),
      runs(120),
    );
  },
  patience(120),
);

/** Says it in these pieces on a connection of its own, and hears all that comes; ends its side after the last. */
function saidRaw(pieces: Buffer[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1');
  });
  return new Promise((resolve, reject) => {
    socket.once('error', () => socket.destroy());
    socket.once('close', () => resolve(heard));
    socket.setTimeout(15_000, () => reject(new Error(`no end after ${Buffer.concat(pieces).toString('latin1').slice(0, 200)}`)));
    socket.once('connect', async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise(setImmediate);
      }
      socket.end();
    });
  });
}
const statusesOf = (heard: string) => [...heard.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

test(
  'bytes on a connection that are nearly requests end it with answers that blame nobody here',
  async () => {
    const request = (first: string, body = '', more = '') =>
      Buffer.from(
        `${first} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\n${body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`}${more}\r\n${body}`,
      );
    const right = [
      request('GET /api/devices?limit=2'),
      request('POST /api/departments', '{"id":"raw-1","name":"raw"}'),
      request('PATCH /api/devices/cover-1', '{"name":"raw"}', 'expect: 100-continue\r\norigin: http://elsewhere\r\n'),
      `${request('POST /api/cases', '', 'content-type: application/json\r\ntransfer-encoding: chunked\r\n').toString()}10\r\n{"text":"broken"}\r\n0\r\n\r\n`,
      request(
        'GET /socket.io/?EIO=4&transport=websocket',
        '',
        'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
      ),
    ].map((one) => Buffer.from(one));
    await fc.assert(
      fc.asyncProperty(inPieces(nearly([...right, Buffer.concat(right)])), async (pieces) => {
        const statuses = statusesOf(await saidRaw(pieces));
        // What a version or a method of another world gets is node's own: 501, 505.
        expect(statuses.filter((status) => status >= 500 && status !== 501 && status !== 505)).toEqual([]);
        await stillServed();
      }),
      runs(40),
    );
  },
  patience(40),
);

test(
  'uploads that are nearly right, in their form or in their picture, are taken or refused, and each case has the photos that were taken',
  async () => {
    const webp = await sharp(await jpegOf(40, 30))
      .webp()
      .toBuffer();
    const pictures = [await jpegOf(40, 30), pngOf(40, 30), webp];
    const [id] = there.cases as [string];
    const { headers, payload } = await form({ role: 'before', file: pictures[0] as Buffer });
    const boundary = /boundary=(.*)$/.exec(headers['content-type'] as string)?.[1] as string;
    const around = (picture: Buffer) => {
      const at = payload.indexOf(pictures[0] as Buffer);
      return Buffer.concat([payload.subarray(0, at), picture, payload.subarray(at + (pictures[0] as Buffer).length)]);
    };
    const type = fc.oneof(
      { weight: 9, arbitrary: fc.constant(headers['content-type'] as string) },
      fc.constantFrom('multipart/form-data', `multipart/form-data; boundary="${boundary}"`, 'multipart/form-data; boundary=', 'application/json', 'image/jpeg', 'multipart/mixed'),
    );
    const upload = fc.record({
      type,
      body: fc.oneof({ weight: 2, arbitrary: nearly(pictures, 12).map(around) }, { weight: 2, arbitrary: nearly([payload]) }, { weight: 1, arbitrary: fc.constant(payload) }),
    });
    const before = (await kit.ask('GET', `/api/cases/${id}`, { as: 'admin' })).json().photos.length;
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(upload, async ({ type, body }) => {
        const answer = await kit.ask('POST', `/api/cases/${id}/photos`, { as: 'admin', body, headers: { 'content-type': type } });
        // 409: the case has all the photos that it may have.
        expect([201, 400, 409, 413, 415]).toContain(answer.statusCode);
        if (answer.statusCode === 201) taken++;
        await stillServed();
      }),
      { ...runs(40), endOnFailure: true },
    );
    expect(taken).toBeGreaterThan(0);
    const { photos } = (await kit.ask('GET', `/api/cases/${id}`, { as: 'admin' })).json();
    expect(photos).toHaveLength(before + taken);
  },
  patience(40),
);
