import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallDistrict } from '../../../kit/district.ts';
import { form } from '../../../kit/form.ts';
import { openHttp, type TestHttp } from '../../../kit/http.ts';
import { jpegOf, pngOf } from '../../../kit/pictures.ts';

let at: TestHttp;
let agentToken: string;
let otherToken: string;
beforeAll(async () => {
  at = await openHttp();
  await smallDistrict(at.register);
  for (const [id, set] of [
    ['gw-1', (token: string) => (agentToken = token)],
    ['gw-2', (token: string) => (otherToken = token)],
  ] as const) {
    set((await at.register.agents.renewToken({ username: 'system', scope: { all: true } }, id)).token);
  }
  await at.person({ username: 'admin', role: 'administrator', scope: { all: true } });
  await at.person({ username: 'wang', role: 'gridworker', scope: { grid: 'grid-1' } });
  await at.person({ username: 'school', role: 'school', scope: { site: 'school-1' } });
  await at.person({ username: 'viewer', role: 'viewer', scope: { all: true } });
});
afterAll(() => at.close());

async function newCase(device = 'cover-1'): Promise<string> {
  return (await at.ask('POST', '/api/cases', { as: 'admin', body: { text: 'x', device } })).json().id;
}
async function post(as: string, id: string, parts: Record<string, string | Uint8Array>) {
  const { payload, headers } = await form(parts);
  return at.ask('POST', `/api/cases/${id}/photos`, { as, body: payload, headers });
}
const get = (as: string, url: string) => at.ask('GET', url, { as });

test('a photo is answered 201, stands in the case, and is served to whoever sees the case', async () => {
  const id = await newCase();
  const answer = await post('wang', id, { role: 'before', file: await jpegOf(900, 600) });
  expect(answer.statusCode).toBe(201);
  const photo = answer.json();
  expect(photo).toMatchObject({ role: 'before', by: 'wang', width: 900, height: 600 });
  expect((await get('wang', `/api/cases/${id}`)).json().photos).toEqual([photo]);
  const file = await get('viewer', `/api/cases/${id}/photos/${photo.id}`);
  expect(file.headers).toMatchObject({
    'content-type': 'image/jpeg',
    // On a shared screen nothing of it is left behind.
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-disposition': `inline; filename="${photo.id}.jpg"`,
  });
  expect(await sharp(file.rawPayload).metadata()).toMatchObject({ format: 'jpeg', width: 900 });
  const thumb = await get('viewer', `/api/cases/${id}/photos/${photo.id}?size=thumb`);
  expect(await sharp(thumb.rawPayload).metadata()).toMatchObject({ width: 320 });
});

test('out of scope, of another case, and unknown are 404 alike', async () => {
  const id = await newCase();
  const { id: photo } = (await post('wang', id, { role: 'after', file: await jpegOf(20, 20) })).json();
  const other = await newCase();
  for (const [as, url] of [
    ['school', `/api/cases/${id}/photos/${photo}`],
    ['admin', `/api/cases/${other}/photos/${photo}`],
    ['admin', `/api/cases/${id}/photos/nothing`],
    ['admin', `/api/cases/${id}/photos/..%2f..%2fdesk.db`],
  ] as const)
    expect((await get(as, url)).statusCode).toBe(404);
  expect((await post('school', id, { role: 'before', file: await jpegOf(20, 20) })).statusCode).toBe(404);
});

test('with a photo before and one after, a case passes and closes', async () => {
  const id = await newCase();
  const act = async (action: string) => {
    const { version } = (await get('admin', `/api/cases/${id}`)).json();
    return at.ask('POST', `/api/cases/${id}/actions`, { as: 'admin', body: { action, version } });
  };
  for (const action of ['register', 'dispatch', 'accept', 'feedback', 'check']) expect((await act(action)).statusCode).toBe(200);
  const refused = await act('pass');
  expect(refused.statusCode).toBe(409);
  expect(refused.json()).toMatchObject({ missing: ['before-photo', 'after-photo'] });
  expect((await get('admin', `/api/cases/${id}`)).json().blocked).toContainEqual({ action: 'pass', missing: ['before-photo', 'after-photo'] });
  for (const role of ['before', 'after']) await post('wang', id, { role, file: await jpegOf(30, 20) });
  expect((await act('pass')).json()).toMatchObject({ stage: 'checking', passed: true });
  expect((await act('close')).json()).toMatchObject({ stage: 'closed', actions: ['reopen', 'evaluate'] });
  const late = await post('wang', id, { role: 'after', file: await jpegOf(30, 20) });
  expect([late.statusCode, late.json().version]).toEqual([409, 8]);
});

test('what is no photo is a problem that says so, and nothing is kept', async () => {
  const id = await newCase();
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
  for (const [parts, status] of [
    [{ role: 'before', file: svg }, 415],
    [{ role: 'before', file: Buffer.from('PK\u0003\u0004', 'latin1') }, 415],
    [{ role: 'before', file: pngOf(50_000, 50_000, 1) }, 413],
    [{ role: 'before', file: Buffer.alloc(16 * 1024 * 1024, 0xff) }, 413],
    [{ role: 'sideways', file: await jpegOf(9, 9) }, 400],
    [{ file: await jpegOf(9, 9) }, 400],
    [{ role: 'before' }, 400],
    [{ role: 'before', picture: await jpegOf(9, 9) }, 400],
    [{ role: 'before', note: 'x', file: await jpegOf(9, 9) }, 400],
  ] as const) {
    const answer = await post('wang', id, parts as Record<string, string>);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, expect.stringContaining('application/problem+json')]);
  }
  expect((await get('wang', `/api/cases/${id}`)).json().photos).toEqual([]);
});

test('a body that is no multipart, or ends in the middle, is a problem', async () => {
  const id = await newCase();
  const { payload, headers } = await form({ role: 'before', file: await jpegOf() });
  const send = (body: unknown, more: Record<string, string>) => at.ask('POST', `/api/cases/${id}/photos`, { as: 'wang', body, headers: more });
  expect((await send(payload.subarray(0, payload.length / 2), headers)).statusCode).toBe(400);
  expect((await send({ role: 'before' }, {})).statusCode).toBe(415);
  expect((await send(Buffer.alloc(0), { 'content-type': 'multipart/form-data' })).statusCode).toBe(400);
  expect((await send(payload, { 'content-type': 'multipart/form-data; boundary=other' })).statusCode).toBe(400);
});

test('a part without a name is a problem that the document knows', async () => {
  const { payload, headers } = await form({ role: 'before', file: await jpegOf() });
  const nameless = Buffer.from(payload.toString('latin1').replace('name="file"', 'nam="file"'), 'latin1');
  const answer = await at.ask('POST', `/api/cases/${await newCase()}/photos`, { as: 'admin', body: nameless, headers });
  expect([answer.statusCode, answer.json().errors.map(({ key }: { key: string }) => key)]).toEqual([400, ['body', 'file']]);
});

test('a photo whose file the disk has changed, or lost, is a problem that says so, never another picture', async () => {
  const id = await newCase();
  const photo = (await post('wang', id, { role: 'before', file: await jpegOf() })).json().id;
  const path = `/api/cases/${id}/photos/${photo}`;
  const whole = (await get('wang', path)).rawPayload;
  const sha256 = createHash('sha256').update(whole).digest('hex');
  const file = join(at.at.dataDir, 'photos', sha256.slice(0, 2), `${sha256}.jpg`);
  for (const change of [() => writeFileSync(file, Buffer.from(whole).fill(whole[200]! ^ 1, 200, 201)), () => rmSync(file)]) {
    change();
    const answer = await get('wang', path);
    expect([answer.statusCode, answer.headers['content-type'], answer.json().type]).toEqual([500, 'application/problem+json', 'urn:gridwarden:problem:damaged']);
    expect((await get('wang', `${path}?size=thumb`)).statusCode).toBe(200);
  }
});

test('a role that may not add photos is 403', async () => {
  expect((await post('viewer', await newCase(), { role: 'before', file: await jpegOf(9, 9) })).statusCode).toBe(403);
});

test('a bearer of nobody is refused before the body is read', async () => {
  const { payload, headers } = await form({ role: 'before', file: await jpegOf(9, 9) });
  const answer = await at.http.app.inject({ method: 'POST', url: `/api/cases/${await newCase()}/photos`, payload, headers });
  expect(answer.statusCode).toBe(401);
});

async function handIn(token: string, device: string, command: string, file?: Uint8Array) {
  const { payload, headers } = await form({ command, file: file ?? (await jpegOf(320, 240)) });
  return at.ask('POST', `/api/devices/${device}/photos`, { body: payload, headers: { ...headers, authorization: `Bearer ${token}` } });
}
const snapshot = async (): Promise<string> => (await at.ask('POST', '/api/devices/camera-1/commands', { as: 'admin', body: { name: 'snapshot' } })).json().id;

test("an agent hands in its camera's picture: it stands in the command and in the open case", async () => {
  const caseId = await newCase('camera-1');
  const command = await snapshot();
  const answer = await handIn(agentToken, 'camera-1', command);
  expect(answer.statusCode).toBe(201);
  expect((await get('admin', `/api/commands/${command}`)).json().photo).toMatchObject({ width: 320, height: 240 });
  expect((await get('viewer', `/api/commands/${command}/photo`)).headers['content-type']).toBe('image/jpeg');
  expect((await get('school', `/api/commands/${command}/photo`)).statusCode).toBe(404);
  expect((await get('admin', `/api/cases/${caseId}`)).json().photos).toMatchObject([{ role: 'other', by: 'system', command }]);
});

test('the same picture again is the same; another one for the same command is 409', async () => {
  const command = await snapshot();
  const picture = await jpegOf(50, 50);
  expect((await handIn(agentToken, 'camera-1', command, picture)).statusCode).toBe(201);
  expect((await handIn(agentToken, 'camera-1', command, picture)).statusCode).toBe(201);
  expect((await handIn(agentToken, 'camera-1', command, await jpegOf(60, 60))).statusCode).toBe(409);
});

test('a picture of a foreign camera, for no command, or for one that asks for none, is refused', async () => {
  const command = await snapshot();
  expect((await handIn(otherToken, 'camera-1', command)).statusCode).toBe(404);
  expect((await handIn(agentToken, 'cover-1', command)).statusCode).toBe(404);
  expect((await handIn(agentToken, 'camera-1', 'nothing')).statusCode).toBe(404);
  const preset = (await at.ask('POST', '/api/devices/camera-1/commands', { as: 'admin', body: { name: 'preset' } })).json().id;
  expect((await handIn(agentToken, 'camera-1', preset)).statusCode).toBe(404);
  const { payload, headers } = await form({ command, file: await jpegOf(9, 9) });
  expect((await at.ask('POST', '/api/devices/camera-1/photos', { as: 'admin', body: payload, headers })).statusCode).toBe(403);
  expect((await handIn('nobody', 'camera-1', command)).statusCode).toBe(401);
});
