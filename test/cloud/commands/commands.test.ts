import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Command, Reply } from '../../../cloud/commands/commands.ts';
import { Register, system } from '../../../cloud/register/register.ts';
import type { Scope } from '../../../cloud/scope.ts';
import { retry } from '../../../devices/errors.ts';
import { commandCheck } from '../../../devices/wire/wire.ts';
import { someone } from '../../kit/case.ts';
import { openDesk, type TestDesk } from '../../kit/desk.ts';
import { smallDistrict } from '../../kit/district.ts';
import { openWork, type TestWork } from '../../kit/work.ts';

let at: TestDesk;
let register: Register;
let work: TestWork;
let seq = 0;
const all: Scope = { all: true };
const dispatcher = someone('dispatcher', all, 'hejing');

async function open(): Promise<void> {
  register = new Register({ desk: at.desk, clock: at.clock, latest: () => new Map(), gate: { put() {}, remove() {} }, counts: () => new Map(), online: () => new Map() });
  await register.start();
  work = await openWork(at, register);
}
async function restart(): Promise<void> {
  const { agents } = work;
  work.close();
  await at.restart();
  await open();
  for (const agent of agents.there) work.agents.there.add(agent);
}
beforeEach(async () => {
  at = await openDesk();
  await open();
  await smallDistrict(register);
});
afterEach(async () => {
  work.close();
  await at.close();
});

const send = (device = 'cover-1', name = 'calibrate', over: object = {}) => work.commands.send(dispatcher, device, { name, ...over });
const now = async (id: string) => (await work.commands.get(all, id)) as Command;
const becomes = (id: string, status: Command['status']) => vi.waitFor(async () => expect((await now(id)).status).toBe(status), { timeout: 5000 });
/** Seconds pass until it has expired. */
const expires = (id: string) =>
  vi.waitFor(
    async () => {
      at.clock.advance(1_000);
      expect((await now(id)).status).toBe('expired');
    },
    { timeout: 5000 },
  );
const reply = (command: Command, over: Partial<Reply> = {}): Reply => ({
  seq: ++seq,
  type: 'reply',
  agent: 'gw-1',
  device: command.device,
  id: command.id,
  ok: true,
  result: { fine: true },
  error: null,
  ts: at.clock.now(),
  ...over,
});

describe('to an agent that is there', () => {
  beforeEach(() => void work.agents.there.add('gw-1'));

  test('a command is queued, sent on its topic in the shape of the wire, and done by its reply', async () => {
    const command = await send('lamp-1', 'dim', { args: { level_pct: 40 } });
    expect(command).toMatchObject({ status: 'queued', by: 'hejing', at: at.clock.now(), expires: at.clock.now() + 600_000, result: null, error: null, sent: null, ended: null });
    await becomes(command.id, 'sent');
    expect(work.agents.got).toEqual([
      { agent: 'gw-1', topic: 'gw/v1/gw-1/lamp-1/command', payload: { id: command.id, name: 'dim', args: { level_pct: 40 }, expires: command.expires } },
    ]);
    expect(commandCheck.is(work.agents.got[0]?.payload)).toBe(true);
    at.clock.advance(100);
    await work.commands.replies([reply(command)]);
    expect(await now(command.id)).toMatchObject({ status: 'done', result: { fine: true }, error: null, ended: at.clock.now() });
  });

  test('a reply that says no is a failure with its reason', async () => {
    const command = await send();
    await becomes(command.id, 'sent');
    await work.commands.replies([reply(command, { ok: false, result: null, error: 'no such motor' })]);
    expect(await now(command.id)).toMatchObject({ status: 'failed', error: 'no such motor' });
  });

  test('the same reply again, and another after it, change nothing', async () => {
    const command = await send();
    await becomes(command.id, 'sent');
    const first = reply(command);
    await work.commands.replies([first, first, reply(command, { ok: false, error: 'x' })]);
    expect(await now(command.id)).toMatchObject({ status: 'done', result: { fine: true } });
  });

  test('a reply of another agent, for another device, or to a command that nobody asked for, is nothing', async () => {
    const command = await send();
    await becomes(command.id, 'sent');
    await work.commands.replies([reply(command, { agent: 'gw-2' }), reply(command, { device: 'cover-2' }), reply(command, { id: 'nothing' })]);
    expect((await now(command.id)).status).toBe('sent');
  });

  test('a reply that overtakes the acknowledgement wins', async () => {
    const acknowledge: ((sent: 'done') => void)[] = [];
    work.agents.carriers.send = () => new Promise((resolve) => acknowledge.push(resolve));
    const command = await send();
    await vi.waitFor(() => expect(acknowledge).toHaveLength(1));
    await work.commands.replies([reply(command)]);
    acknowledge[0]?.('done');
    const after = await send();
    await vi.waitFor(() => expect(acknowledge).toHaveLength(2));
    acknowledge[1]?.('done');
    await becomes(after.id, 'sent');
    expect((await now(command.id)).status).toBe('done');
  });

  test('no reply until it expires is expired; a late one still counts', async () => {
    const command = await send('cover-1', 'calibrate', { expires: at.clock.now() + 60_000 });
    await becomes(command.id, 'sent');
    at.clock.advance(61_000);
    await expires(command.id);
    expect((await now(command.id)).error).toBe('No reply came until it expired.');
    await work.commands.replies([reply(command)]);
    expect(await now(command.id)).toMatchObject({ status: 'done', error: null });
  });

  test('what its agent finds expired is expired, by its clock, not failed', async () => {
    const command = await send('cover-1', 'calibrate', { expires: at.clock.now() + 60_000 });
    await becomes(command.id, 'sent');
    await work.commands.replies([{ ...reply(command), ok: false, result: null, error: 'expired' }]);
    expect(await now(command.id)).toMatchObject({ status: 'expired', error: 'It had expired by the agent’s clock.', ended: at.clock.now() });
  });

  test('a set-interval that was done becomes the interval of the register, however often its reply comes', async () => {
    const command = await send('cover-1', 'set-interval', { args: { interval_s: 300 } });
    await becomes(command.id, 'sent');
    expect(work.followed).toEqual([]);
    const answer = reply(command);
    await work.commands.replies([answer]);
    await work.commands.replies([answer]);
    expect(work.followed).toEqual([{ device: 'cover-1', change: { interval_s: 300 }, by: 'hejing' }]);
    const refused = await send('cover-1', 'set-interval', { args: { interval_s: 60 } });
    await work.commands.replies([reply(refused, { ok: false, error: 'no' })]);
    expect(work.followed).toHaveLength(1);
  });

  test('a calibration that was done becomes the baseline of the register, where the device tells it', async () => {
    const baseline = { angle_x_deg: 0.5, angle_y_deg: -0.25, angle_z_deg: 89.4 };
    for (const result of [{ baseline }, { fine: true }, { baseline: 'level' }, null]) {
      const command = await send();
      await becomes(command.id, 'sent');
      await work.commands.replies([reply(command, { result })]);
    }
    expect(work.followed).toEqual([{ device: 'cover-1', change: { baseline }, by: 'hejing' }]);
  });
});

describe('to an agent that is away', () => {
  test('commands wait, go on its return in the order of asking, each once', async () => {
    const commands = [];
    for (let i = 0; i < 5; i++) commands.push(await send('lamp-1', 'dim', { args: { level_pct: i } }));
    await send('cover-2', 'calibrate');
    work.agents.there.add('gw-1');
    work.commands.subscribed('gw-1');
    work.commands.subscribed('gw-1');
    await becomes(commands[4]?.id as string, 'sent');
    work.commands.subscribed('gw-1');
    expect(work.agents.got.map(({ payload }) => payload.id)).toEqual(commands.map(({ id }) => id));
  });

  test('one that expires meanwhile is never sent', async () => {
    const short = await send('cover-1', 'calibrate', { expires: at.clock.now() + 5_000 });
    const long = await send('cover-1', 'calibrate');
    at.clock.advance(5_000);
    await becomes(short.id, 'expired');
    expect(await now(short.id)).toMatchObject({ error: 'The agent was away until it expired.', sent: null, ended: at.clock.now() });
    work.agents.there.add('gw-1');
    work.commands.subscribed('gw-1');
    await becomes(long.id, 'sent');
    expect(work.agents.got.map(({ payload }) => payload.id)).toEqual([long.id]);
  });

  test('what expired while the cloud was down is not sent when both come back', async () => {
    const command = await send('cover-1', 'calibrate', { expires: at.clock.now() + 5_000 });
    work.agents.there.add('gw-1');
    const before = work.agents;
    before.there.clear();
    at.clock.setWall(at.clock.now() + 10_000);
    before.there.add('gw-1');
    await restart();
    await becomes(command.id, 'expired');
    expect(work.agents.got).toEqual([]);
  });

  test('a restart of the cloud keeps what is queued and sends it by itself', async () => {
    const command = await send();
    work.agents.there.add('gw-1');
    await restart();
    await becomes(command.id, 'sent');
    expect(work.agents.got).toHaveLength(1);
    await restart();
    expect(work.agents.got).toEqual([]);
  });

  test('one that takes it and is slow to acknowledge is not sent it again while its connection lasts, and holds up nothing', async () => {
    work.agents.there.add('gw-1');
    work.agents.slow.add('gw-1');
    const slow = await send();
    await vi.waitFor(() => expect(work.agents.unanswered).toHaveLength(1));
    work.agents.slow.clear();
    const next = await send('lamp-1', 'on');
    at.clock.advance(20_000);
    await becomes(next.id, 'sent');
    at.clock.advance(60_000);
    work.commands.subscribed('gw-1');
    expect((await now(slow.id)).status).toBe('queued');
    work.agents.unanswered[0]?.('done');
    await becomes(slow.id, 'sent');
    expect(work.agents.got.map(({ payload }) => payload.id)).toEqual([slow.id, next.id]);
  });

  test('one whose connection ended before it acknowledged is sent it again on its return, under the same id', async () => {
    work.agents.there.add('gw-1');
    work.agents.slow.add('gw-1');
    const command = await send();
    await vi.waitFor(() => expect(work.agents.unanswered).toHaveLength(1));
    at.clock.advance(20_000);
    work.agents.slow.clear();
    work.agents.there.clear();
    work.agents.unanswered[0]?.('failed');
    work.agents.there.add('gw-1');
    work.commands.subscribed('gw-1');
    await becomes(command.id, 'sent');
    expect(work.agents.got.map(({ payload }) => payload.id)).toEqual([command.id, command.id]);
  });

  test('a device whose topic it does not hear holds up no other', async () => {
    work.agents.there.add('gw-1');
    work.agents.unheard.add('gw/v1/gw-1/cover-1/command');
    const unheard = await send('cover-1');
    const heard = await send('lamp-1', 'on');
    await becomes(heard.id, 'sent');
    expect((await now(unheard.id)).status).toBe('queued');
    work.agents.unheard.clear();
    work.commands.subscribed('gw-1');
    await becomes(unheard.id, 'sent');
  });

  test('a device that was bound to another agent meanwhile is not commanded by the old one', async () => {
    const command = await send();
    await register.devices.patch(system, 'cover-1', { agent: 'gw-2' });
    work.agents.there.add('gw-1');
    work.commands.subscribed('gw-1');
    await becomes(command.id, 'failed');
    expect(work.agents.got).toEqual([]);
  });
});

test('what the agent acknowledged is not sent again, even when our own disk refused to write that down', async () => {
  work.agents.there.add('gw-1');
  const act = at.desk.act.bind(at.desk);
  const command = await send('cover-1', 'calibrate');
  // From here on the disk refuses until it is given back.
  at.desk.act = () => Promise.reject(retry('desk-disk', 'full'));
  await vi.waitFor(() => expect(work.agents.got.length + Number(at.clock.timers > 1)).toBeGreaterThan(0));
  await vi.waitFor(() => expect(work.agents.got).toHaveLength(1));
  at.desk.act = act;
  at.clock.advance(5_000);
  await becomes(command.id, 'sent');
  expect(work.agents.got).toHaveLength(1);
});

describe('to a device behind a bridge', () => {
  test('that no dialect can speak to, it fails with the reason', async () => {
    const command = await send('cover-lora');
    await becomes(command.id, 'failed');
    expect((await now(command.id)).error).toBe('no dialect says this');
  });

  test('it goes as a downlink; the bridge never replies, so it stays sent', async () => {
    work.agents.downlink = (device, { name }) => ({ topic: `application/1/device/${device.id}/command/down`, payload: name });
    const command = await send('cover-lora');
    await becomes(command.id, 'sent');
    expect(work.agents.downlinks).toEqual([{ bridge: 'lora', topic: 'application/1/device/cover-lora/command/down', payload: 'calibrate' }]);
    at.clock.advance(700_000);
    const other = await send('cover-1', 'calibrate', { expires: at.clock.now() + 1_000 });
    await expires(other.id);
    expect((await now(command.id)).status).toBe('sent');
  });
});

describe('what may be asked', () => {
  const refusal = async (device: string, name: string, over: object = {}) =>
    send(device, name, over).then(
      () => 'taken',
      (error) => error.faults?.map(({ key }: { key: string }) => key).join() || error.refusal,
    );

  test('is what the kind names, with its arguments in their bounds', async () => {
    expect(await refusal('lamp-1', 'explode')).toBe('name');
    expect(await refusal('lamp-1', 'constructor')).toBe('name');
    expect(await refusal('lamp-1', 'dim')).toBe('args.level_pct');
    expect(await refusal('lamp-1', 'dim', { args: { level_pct: 101 } })).toBe('args.level_pct');
    expect(await refusal('lamp-1', 'dim', { args: { level_pct: '50' } })).toBe('args.level_pct');
    expect(await refusal('lamp-1', 'dim', { args: { level_pct: 50, speed: 1 } })).toBe('args.speed');
    expect(await refusal('cover-1', 'set-interval', { args: { interval_s: 1.5 } })).toBe('args.interval_s');
    expect(await refusal('post-1', 'announce', { args: { text: '' } })).toBe('args.text');
    expect(await refusal('post-1', 'announce', { args: { text: 'x'.repeat(201) } })).toBe('args.text');
    expect(await refusal('cover-1', 'calibrate', { args: { constructor: 1 } })).toBe('args.constructor');
    expect(await refusal('post-1', 'announce', { args: { text: '请离开' } })).toBe('taken');
  });

  test('a left out argument is what is usual, where the kind says what that is', async () => {
    expect((await send('post-1', 'siren')).args).toEqual({ seconds: 30 });
    expect((await send('camera-1', 'preset', { args: { preset: 4 } })).args).toEqual({ preset: 4 });
  });

  test('expires within bounds', async () => {
    for (const expires of [at.clock.now(), at.clock.now() - 1, at.clock.now() + 8 * 86_400_000]) expect(await refusal('cover-1', 'calibrate', { expires })).toBe('expires');
  });

  test('of a device in scope, by a role that may, with an agent that speaks for it', async () => {
    expect(await refusal('nothing', 'calibrate')).toBe('not-found');
    expect(await refusal('loose-1', 'on')).toBe('conflict');
    await expect(work.commands.send(someone('dispatcher', { grid: ['grid-2'] }), 'cover-1', { name: 'calibrate' })).rejects.toMatchObject({ refusal: 'not-found' });
    await expect(work.commands.send(someone('viewer'), 'cover-1', { name: 'calibrate' })).rejects.toMatchObject({ refusal: 'forbidden' });
    const school = someone('school', { site: ['school-1'] });
    await work.commands.send(school, 'post-1', { name: 'siren' });
    await expect(work.commands.send(school, 'post-2', { name: 'siren' })).rejects.toMatchObject({ refusal: 'not-found' });
  });

  test('and is seen by whoever sees the device', async () => {
    const command = await send('post-1', 'siren');
    expect(await work.commands.get({ site: ['school-1'] }, command.id)).toBeDefined();
    expect(await work.commands.get({ site: ['school-2'] }, command.id)).toBeUndefined();
    expect(await work.commands.get(all, 'nothing')).toBeUndefined();
    const second = await send('post-1', 'announce', { args: { text: 'x' } });
    expect(await work.commands.list({ site: ['school-1'] }, 'post-1', { limit: 1 })).toMatchObject({ items: [{ id: second.id }], next: second.id, total: 2 });
    expect(await work.commands.list({ site: ['school-1'] }, 'post-1', { limit: 1, before: second.id })).toMatchObject({ items: [{ id: command.id }], next: null });
    expect(await work.commands.list({ site: ['school-2'] }, 'post-1', { limit: 1 })).toBeUndefined();
  });
});

test('stopping twice is harmless, and nothing is sent afterwards', async () => {
  const command = await send();
  work.commands.stop();
  work.commands.stop();
  work.agents.there.add('gw-1');
  work.commands.subscribed('gw-1');
  expect((await now(command.id)).status).toBe('queued');
  expect(work.agents.got).toEqual([]);
});
