import { beforeEach, describe, expect, it } from 'vitest';
import { reject } from '../../devices/errors.ts';
import { type Kind, kindOf } from '../../devices/kinds/kinds.ts';
import { type Commanded, Commands } from '../../edge/commands.ts';
import type { Call } from '../../edge/drivers/drivers.ts';
import { TestClock } from '../kit/clock.ts';
import { Recorder, settle, silent } from './recorder.ts';

describe('the commands of an agent', () => {
  let clock: TestClock;
  let outbox: Recorder;
  let commands: Commands;
  let calls: Call[];
  let perform: (call: Call) => Promise<unknown>;

  beforeEach(() => {
    clock = new TestClock();
    outbox = new Recorder();
    calls = [];
    perform = async () => ({ done: true });
    commands = agent();
  });

  function agent(): Commands {
    const device = (kind: string): Commanded => ({
      kind: kindOf(kind) as Kind,
      perform: (call) => {
        calls.push(call);
        return perform(call);
      },
    });
    return new Commands({
      outbox,
      clock,
      log: silent,
      devices: new Map([
        ['light-1', device('streetlight')],
        ['post-1', device('alarm-post')],
      ]),
    });
  }

  async function send(command: object | string, device = 'light-1') {
    await commands.take(device, typeof command === 'string' ? command : JSON.stringify(command));
    await settle();
  }
  const dim = (id: string, more: object = {}) => ({ id, name: 'dim', args: { level_pct: 40 }, ...more });

  it('are done and answered with their result', async () => {
    await send(dim('C1'));
    expect(calls).toEqual([{ id: 'C1', name: 'dim', args: { level_pct: 40 } }]);
    expect(outbox.replies()).toEqual([{ device: 'light-1', id: 'C1', ok: true, result: { done: true }, ts: clock.now() }]);
  });

  it('are taken on, on disk, before they are done', async () => {
    let onDisk: unknown;
    perform = async () => {
      onDisk = outbox.commands.get('C1');
      return {};
    };
    await send(dim('C1'));
    expect(onDisk).toEqual({ id: 'C1', reply: null });
  });

  it('are never done twice: the old reply is repeated', async () => {
    await send(dim('C1'));
    clock.advance(5000);
    await send(dim('C1'));
    await send({ ...dim('C1'), name: 'off', args: {} });
    expect(calls).toHaveLength(1);
    const replies = outbox.replies();
    expect(replies).toHaveLength(3);
    expect(replies[1]).toEqual(replies[0]);
    expect(replies[2]).toEqual(replies[0]);
  });

  it('are never done twice while the first is still under way', async () => {
    let finish: (result: object) => void = () => {};
    perform = () => new Promise((resolve) => (finish = resolve));
    await Promise.all([send(dim('C1')), send(dim('C1'))]);
    expect(calls).toHaveLength(1);
    finish({ late: true });
    await settle();
    expect(outbox.replies()).toMatchObject([{ id: 'C1', ok: true, result: { late: true } }]);
  });

  it('are not done again when the agent was stopped in the middle of one', async () => {
    perform = () => new Promise(() => {});
    await send(dim('C1'));
    commands = agent();
    await send(dim('C1'));
    expect(calls).toHaveLength(1);
    expect(outbox.replies()).toMatchObject([{ id: 'C1', ok: false, error: expect.stringMatching(/^interrupted/) }]);
  });

  it('are done where only a clock that is days wrong says that they have expired', async () => {
    const day = 86_400_000;
    await send(dim('C1', { expires: clock.now() - day - 1 }));
    await send(dim('C2', { expires: clock.now() - day + 1 }));
    expect(outbox.replies()).toMatchObject([
      { id: 'C1', ok: true },
      { id: 'C2', ok: false, error: 'expired' },
    ]);
  });

  it('are answered and not done when they have expired', async () => {
    await send(dim('C1', { expires: clock.now() - 1 }));
    expect(calls).toEqual([]);
    expect(outbox.replies()).toMatchObject([{ id: 'C1', ok: false, error: 'expired' }]);
    await send(dim('C2', { expires: clock.now() + 1 }));
    expect(calls).toHaveLength(1);
  });

  it('of one device run one after another, and expire while they wait', async () => {
    const finish: ((result: object) => void)[] = [];
    perform = () => new Promise((resolve) => finish.push(resolve));
    await send(dim('C1'));
    await send(dim('C2', { expires: clock.now() + 1000 }));
    await send({ id: 'C3', name: 'siren', args: { seconds: 3 } }, 'post-1');
    expect(calls.map(({ id }) => id)).toEqual(['C1', 'C3']);
    clock.advance(2000);
    finish[0]?.({});
    await settle();
    expect(calls.map(({ id }) => id)).toEqual(['C1', 'C3']);
    expect(outbox.replies()).toMatchObject([
      { id: 'C1', ok: true },
      { id: 'C2', ok: false, error: 'expired' },
    ]);
  });

  it.each([
    ['an unknown device', 'light-9', dim('C1'), 'no device light-9 at this agent'],
    ['an unknown command', 'light-1', { id: 'C1', name: 'explode', args: {} }, 'a streetlight has no command explode; it has dim, on, off'],
    ['a missing argument', 'light-1', { id: 'C1', name: 'dim', args: {} }, 'args.level_pct: a number from 0 to 100'],
    ['an argument out of range', 'light-1', { id: 'C1', name: 'dim', args: { level_pct: 101 } }, 'args.level_pct: a number from 0 to 100'],
    ['an argument of a wrong type', 'post-1', { id: 'C1', name: 'siren', args: { seconds: 1.5 } }, 'args.seconds: a whole number from 0 to 600'],
    ['a text that is too long', 'post-1', { id: 'C1', name: 'announce', args: { text: 'x'.repeat(201) } }, 'args.text: a text of at most 200 characters'],
    ['an unknown argument', 'light-1', { id: 'C1', name: 'on', args: { now: 1 } }, 'args.now: on takes no arguments'],
    ['what is malformed', 'light-1', { id: 'C1', name: 5, args: {} }, 'malformed: /name: must be string'],
  ])('are refused for %s, with the reason', async (_, device, command, error) => {
    await send(command, device);
    expect(calls).toEqual([]);
    expect(outbox.replies()).toMatchObject([{ device, id: 'C1', ok: false, error }]);
  });

  it('that name no id are passed over', async () => {
    await send('not JSON at all');
    await send({ name: 'on', args: {} });
    await send({ id: 'no id: it has spaces', name: 'on', args: {} });
    expect(outbox.additions).toEqual([]);
  });

  it('tell the reason when the device cannot', async () => {
    perform = async () => {
      throw reject('no-signal', 'the camera gives no picture');
    };
    await send(dim('C1'));
    expect(outbox.replies()).toMatchObject([{ id: 'C1', ok: false, error: 'the camera gives no picture' }]);
  });

  it('do not wait for a device for ever', async () => {
    perform = () => new Promise(() => {});
    await send(dim('C1'));
    clock.advance(60_000);
    await settle();
    expect(outbox.replies()).toMatchObject([{ id: 'C1', ok: false, error: 'the device did not do it in time' }]);
  });

  it('say so when a result is too long to be sent', async () => {
    perform = async () => ({ much: 'x'.repeat(100_000) });
    await send(dim('C1'));
    expect(outbox.replies()).toMatchObject([{ id: 'C1', ok: false, error: expect.stringMatching(/too long/) }]);
  });
});
