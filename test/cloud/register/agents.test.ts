import { afterEach, beforeEach, expect, test } from 'vitest';
import { Register, system } from '../../../cloud/register/register.ts';
import type { AgentCounts, Credential, GateStats } from '../../../cloud/threads/threads.ts';
import { openDesk, type TestDesk } from '../../kit/desk.ts';

let at: TestDesk;
let register: Register;
let told: (Credential | string)[];
let journalAtTelling: number[];
let counts: Map<string, AgentCounts>;
let online: GateStats['online'];
const all = { all: true } as const;

beforeEach(async () => {
  at = await openDesk();
  told = [];
  journalAtTelling = [];
  counts = new Map();
  online = new Map();
  const tell = (what: Credential | string) => {
    told.push(what);
    journalAtTelling.push(at.journal.length);
  };
  register = new Register({ desk: at.desk, clock: at.clock, latest: () => new Map(), gate: { put: tell, remove: tell }, counts: () => counts, online: () => online });
  await register.start();
});
afterEach(() => at.close());

test('a new agent gets a token, once; the gate and the desk hold its hash alone', async () => {
  const { id, token } = await register.agents.create(system, { id: 'gw-01', name: 'North' });
  expect(id).toBe('gw-01');
  expect(at.changes('agents')).toEqual([{ type: 'agents', agents: [{ id: 'gw-01', role: 'agent' }] }]);
  expect(told).toEqual([{ id: 'gw-01', role: 'agent', tokenHash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  expect(journalAtTelling).toEqual([1]);
  expect(await register.agents.credentials()).toEqual(told);
  expect(JSON.stringify(await at.desk.read.selectFrom('agents').selectAll().execute())).not.toContain(token);
  expect(await register.agents.identify(token)).toEqual({ agent: 'gw-01', role: 'agent' });
  expect(await register.agents.identify(`${token}x`)).toBeUndefined();
  await expect(register.agents.create(system, { id: 'gw-01' })).rejects.toMatchObject({ refusal: 'conflict' });
});

test('a new token ends the old one and the connection that was made with it', async () => {
  const { token } = await register.agents.create(system, { id: 'lora', role: 'bridge' });
  told.length = 0;
  const renewed = await register.agents.renewToken(system, 'lora');
  expect(renewed.token).not.toBe(token);
  expect(await register.agents.identify(token)).toBeUndefined();
  expect(await register.agents.identify(renewed.token)).toEqual({ agent: 'lora', role: 'bridge' });
  expect(told).toEqual(['lora', expect.objectContaining({ id: 'lora', role: 'bridge' })]);
  await expect(register.agents.renewToken(system, 'nobody')).rejects.toMatchObject({ refusal: 'not-found' });
});

test('a revoked agent is cut off; its devices stay as they were, unbound, and remember it', async () => {
  const { token } = await register.agents.create(system, { id: 'gw-01' });
  await register.devices.create(
    system,
    [
      { id: 'c1', kind: 'manhole-cover', agent: 'gw-01', lifecycle: 'in service' },
      { id: 'c2', kind: 'camera' },
    ],
    () => '',
  );
  at.journal.length = 0;
  told.length = 0;
  const heard: unknown[] = [];
  register.devices.onChange((changed) => heard.push(...changed.map(({ device }) => [device.id, device.agent])));
  await register.agents.remove(system, 'gw-01');
  expect(told).toEqual(['gw-01']);
  expect(heard).toEqual([['c1', null]]);
  expect(at.journal.map(({ change }) => change)).toEqual([
    { type: 'devices', devices: [expect.objectContaining({ id: 'c1', agent: null, lifecycle: 'in service', former: [{ agent: 'gw-01', until: at.clock.now() }] })] },
    { type: 'agent-removed', agent: 'gw-01' },
  ]);
  expect(await register.devices.get(all, 'c1')).toMatchObject({ agent: null, lifecycle: 'in service' });
  expect((await register.devices.list(all, { agent: ['gw-01'] }, { limit: 10 })).total).toBe(0);
  expect(await register.agents.identify(token)).toBeUndefined();
  await expect(register.agents.remove(system, 'gw-01')).rejects.toMatchObject({ refusal: 'not-found' });
});

test('a revoked agent is cut off even while the journal refuses; what follows goes out later', async () => {
  await register.agents.create(system, { id: 'gw-01' });
  at.refuse = new Error('full');
  told.length = 0;
  await expect(register.agents.remove(system, 'gw-01')).rejects.toMatchObject({ next: 'retry' });
  expect(told).toEqual(['gw-01']);
  at.refuse = null;
  await register.agents.create(system, { id: 'gw-02' });
  expect(at.journal.map(({ change }) => change.type)).toEqual(['agents', 'agent-removed', 'agents']);
});

test('an agent may be called like anything that every object has', async () => {
  for (const id of ['constructor', '__proto__', 'toString']) await register.agents.create(system, { id });
  for (const agent of (await register.agents.list(all, { limit: 10 })).items) expect(agent).toMatchObject({ online: false, since: null, received: 0, gaps: 0 });
  online.set('__proto__', { since: 7, takeovers: 0 });
  expect((await register.agents.list(all, { limit: 10 })).items.filter((agent) => agent.online)).toMatchObject([{ id: '__proto__', since: 7 }]);
});

test('the list tells who is connected and what came from each', async () => {
  for (const id of ['gw-01', 'gw-02']) await register.agents.create(system, { id });
  await register.devices.create(system, [{ kind: 'camera', agent: 'gw-01' }], () => '');
  counts.set('gw-01', { lastSeen: 5, received: 100, repeats: 1, reused: 2, parked: 3, gaps: 4, version: '1.0.0', boot: 7, skewMs: -80 });
  online.set('gw-01', { since: 3, takeovers: 2 });
  const { items, total } = await register.agents.list(all, { limit: 10 });
  expect(total).toBe(2);
  expect(items[0]).toEqual({ id: 'gw-01', name: 'gw-01', role: 'agent', devices: 1, online: true, since: 3, takeovers: 2, ...counts.get('gw-01'), created: at.clock.now() });
  expect(items[1]).toMatchObject({ id: 'gw-02', devices: 0, online: false, since: null, received: 0, lastSeen: null });
  expect(await register.agents.list(all, { limit: 1 })).toMatchObject({ next: 'gw-01', total: 2 });
  expect((await register.agents.list(all, { limit: 1, after: 'gw-01' })).items.map(({ id }) => id)).toEqual(['gw-02']);
});

test('a scope sees an agent only when all its devices are in it', async () => {
  await register.places.create(system, 'sites', [{ id: 's1', name: 's1' }], () => '');
  for (const id of ['own', 'shared', 'foreign', 'empty']) await register.agents.create(system, { id });
  await register.devices.create(
    system,
    [
      { kind: 'alarm-post', agent: 'own', site: 's1' },
      { kind: 'alarm-post', agent: 'shared', site: 's1' },
      { kind: 'alarm-post', agent: 'shared' },
      { kind: 'alarm-post', agent: 'foreign' },
    ],
    () => '',
  );
  expect((await register.agents.list({ site: ['s1'] }, { limit: 10 })).items.map(({ id }) => id)).toEqual(['own']);
});
