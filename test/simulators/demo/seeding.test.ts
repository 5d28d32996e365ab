/** The demo's first start against the real register, accounts, cases and photos over real HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../devices/clock.ts';
import { createLog } from '../../../devices/log.ts';
import { Client } from '../../../simulators/client.ts';
import { Casework } from '../../../simulators/demo/casework.ts';
import { type Case, People } from '../../../simulators/demo/people.ts';
import { Seeding } from '../../../simulators/demo/seeding.ts';
import { Shift } from '../../../simulators/demo/shift.ts';
import { type DemoState, StateFile } from '../../../simulators/demo/state.ts';
import { tellStories } from '../../../simulators/demo/stories.ts';
import { demoSize, generateDistrict } from '../../../simulators/district/district.ts';
import { seeded } from '../../../simulators/random.ts';
import { openHttp, type TestHttp } from '../../kit/http.ts';

const district = generateDistrict(1, { ...demoSize, covers: 1800, lights: 400 });
const log = createLog('test', 'silent');
const adminPassword = 'demo-admin-password';

let dir: string;
let cloud: TestHttp;
let base: string;
let wanted = 0;
let file: StateFile;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'gw-seeding-'));
  file = new StateFile(join(dir, 'demo.json'));
  file.write({ version: 1, seed: 1, starts: 0, admin: adminPassword, accounts: {}, agents: {}, done: [], cases: {}, shift: {} });
  cloud = await openHttp();
  await cloud.accounts.ensureAdministrator(adminPassword, () => {});
  base = `http://127.0.0.1:${(await cloud.http.listen('127.0.0.1', 0)).port}`;
});
afterEach(async () => {
  await cloud.close();
  rmSync(dir, { recursive: true });
});

const readState = () => file.read() as DemoState;
async function admin(): Promise<Client> {
  const client = new Client(base, { clock: systemClock, patience: 1000 });
  await client.signIn('admin', adminPassword);
  return client;
}
async function seed(client: Client): Promise<DemoState> {
  const state = readState();
  await new Seeding(client, district, state, file, log, systemClock).run();
  return state;
}
const total = async (client: Client, path: string) => (await client.get<{ total: number }>(`${path}?limit=1`)).total;
/** Dies at the `n`th POST to this path, as if the process had been killed there. */
function dyingAt(client: Client, path: string, n: number, answered: boolean): Client {
  const post = client.post.bind(client);
  let posts = 0;
  client.post = async <T>(to: string, body: unknown): Promise<T> => {
    if (to === path && ++posts === n) {
      if (answered) await post(to, body);
      throw new Error('killed');
    }
    return post<T>(to, body);
  };
  return client;
}

test('puts the whole district into the register, once', { timeout: 60_000 }, async () => {
  const client = await admin();
  await seed(client);
  await seed(client);
  expect(await total(client, '/api/devices')).toBe(district.devices.length);
  expect(await total(client, '/api/grids')).toBe(1191);
  expect(await total(client, '/api/departments')).toBe(13);
  expect(await total(client, '/api/sites')).toBe(12);
  expect(await total(client, '/api/accounts')).toBe(10);
  expect(await total(client, '/api/agents')).toBe(9);
  expect(await client.get('/api/installation')).toMatchObject({ demo: true, division: '130406', name: { zh: '云溪示范区指挥中心' } });
  expect(await client.get(`/api/devices/${district.devices[500]?.id}`)).toMatchObject({
    name: district.devices[500]?.name,
    simulated: true,
    agent: expect.stringMatching(/^gw-0\d$/),
  });
});

test('goes on after being killed anywhere, without doubles and with passwords and tokens that work', { timeout: 60_000 }, async () => {
  for (const [path, n, answered] of [
    ['/api/grids', 2, false],
    ['/api/accounts', 3, true],
    ['/api/agents', 4, true],
    ['/api/agents', 2, false],
    ['/api/devices', 2, true],
  ] as const)
    await expect(seed(dyingAt(await admin(), path, n, answered))).rejects.toThrow('killed');
  const state = await seed(await admin());
  const client = await admin();
  expect(await total(client, '/api/devices')).toBe(district.devices.length);
  expect(await total(client, '/api/grids')).toBe(1191);
  expect(await total(client, '/api/accounts')).toBe(10);
  expect(await total(client, '/api/agents')).toBe(9);
  for (const [username, password] of Object.entries(readState().accounts)) await new Client(base, { clock: systemClock }).signIn(username, password);
  // A token's last word is the one that the gate knows.
  const { createHash } = await import('node:crypto');
  const known = new Map(cloud.gate.flatMap((told) => ('put' in told ? [[told.put.id, told.put.tokenHash] as const] : [])));
  for (const [id, token] of Object.entries(state.agents)) expect(known.get(id)).toBe(createHash('sha256').update(token).digest('hex'));
});

test('tells its stories through the API once, so that cases stand at every stage', { timeout: 120_000 }, async () => {
  const state = await seed(await admin());
  const stories = tellStories(district, seeded(1, 'stories'));
  const tell = (upTo: number) => {
    let told = 0;
    return new Casework(new People(base, systemClock, state), log, state, file).tell(stories, () => told++ >= upTo);
  };
  await tell(10);
  // As if it had been killed between opening a case and remembering it.
  delete state.cases['story-05'];
  await tell(Number.POSITIVE_INFINITY);
  const cases: Case[] = [];
  for await (const one of new People(base, systemClock, state).list('')) cases.push(one);
  expect(cases).toHaveLength(stories.length);
  const stages = new Map<string, number>();
  for (const { stage } of cases) stages.set(stage, (stages.get(stage) ?? 0) + 1);
  for (const stage of ['reported', 'registered', 'dispatched', 'handling', 'feedback', 'checking', 'closed', 'void']) expect(stages.get(stage), stage).toBeGreaterThanOrEqual(1);
  for (const one of cases.filter(({ stage }) => stage === 'closed')) expect(one.photos.map(({ role }) => role).sort()).toEqual(['after', 'before']);
});

test('the shift works off what nobody has touched, and nothing else', { timeout: 60_000 }, async () => {
  const state = await seed(await admin());
  const people = new People(base, systemClock, state);
  const covers = district.devices.filter((device) => device.kind === 'manhole-cover' && device.lifecycle === 'in service' && device.departments.maintainer === 'dept-drainage');
  const [left, taken] = [await opened(covers[0]?.id as string), await opened(covers[1]?.id as string)];
  const reported = await people.report(covers[2]?.id as string, '井盖松动');
  let now = await people.see(taken);
  const client = new Client(base, { clock: systemClock });
  await client.signIn('shen.ruochuan', state.accounts['shen.ruochuan'] as string);
  now = await client.post<Case>(`/api/cases/${taken}/actions`, { action: now.stage === 'reported' ? 'register' : 'dispatch', version: now.version, department: 'dept-drainage' });

  // The cloud of this test has a clock that stands; the shift's is far ahead of it, so every case is old.
  const shift = new Shift(people, district.devices, state, file, systemClock, log, { begins: 0, between: 0, look: 1000 });
  for (let looks = 0; looks < 8; looks++) await shift.look();
  const closed = await people.see(left);
  expect(closed.stage).toBe('closed');
  expect(closed.photos.map(({ role }) => role).sort()).toEqual(['after', 'before']);
  expect(await people.see(taken)).toMatchObject({ stage: now.stage, version: now.version });
  expect(await people.see(reported.id)).toMatchObject({ stage: 'reported' });
  expect(readState().shift).toEqual({});
});

/** A case that an alert of this device has opened. */
async function opened(device: string): Promise<string> {
  const { alert } = cloud.work.raise(device);
  await cloud.work.cases.wanted([{ seq: ++wanted, type: 'case-wanted', alert, maintainer: 'dept-drainage' }]);
  const of = (await cloud.work.cases.open()).find((one) => one.device === device);
  return of?.id as string;
}
