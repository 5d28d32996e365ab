import { beforeEach, describe, expect, it } from 'vitest';
import { type Kind, kindOf, type Values } from '../../devices/kinds/kinds.ts';
import type { Driver, PastReading } from '../../edge/drivers/drivers.ts';
import { OutboxMemory } from '../../edge/memory.ts';
import { Sampler } from '../../edge/sampler.ts';
import { Speaker } from '../../edge/speaker.ts';
import { TestClock } from '../kit/clock.ts';
import { Recorder, settle, silent } from './recorder.ts';

const flat = { angle_x_deg: 0, angle_y_deg: 0, angle_z_deg: 90, battery_v: 3.6 };
const lifted = { angle_x_deg: 28, angle_y_deg: 0, angle_z_deg: 62, battery_v: 3.6 };

/** A cover whose values the test sets. */
class Hand implements Driver {
  values: Values | null | (() => Values) = flat;
  samples = 0;
  past: PastReading[] = [];
  start() {}
  stop() {}
  sample() {
    this.samples++;
    return typeof this.values === 'function' ? this.values() : this.values;
  }
  history() {
    return this.past;
  }
  async command() {
    return {};
  }
}

describe('the sampler of a device', () => {
  let clock: TestClock;
  let hand: Hand;
  let outbox: Recorder;
  let state: Map<string, string>;

  beforeEach(() => {
    clock = new TestClock();
    hand = new Hand();
    outbox = new Recorder();
    state = new Map();
  });

  function sampler(options: { interval_s?: number; phase?: number; boot?: number } = {}) {
    const { interval_s = 600, phase = 0, boot = 7 } = options;
    const kind = kindOf('manhole-cover') as Kind;
    return new Sampler({
      device: 'cover-1',
      kind,
      driver: hand,
      speaker: new Speaker('cover-1', boot),
      outbox,
      memory: new OutboxMemory(outbox, state, 'device/cover-1/'),
      clock,
      log: silent,
      interval_s,
      baseline: null,
      phase,
    });
  }

  async function pass(seconds: number) {
    for (let i = 0; i <= seconds * 2; i++) {
      clock.advance(i === 0 ? 0 : 500);
      await settle();
    }
  }
  const secondsOf = (start: number) => outbox.readings().map(({ ts }) => (ts - start) / 1000);

  it('reports each interval, numbered from 0 within its boot', async () => {
    const start = clock.now();
    await sampler({ interval_s: 10 }).start();
    await pass(35);
    expect(secondsOf(start)).toEqual([0, 10, 20, 30]);
    expect(outbox.readings().map(({ boot, seq }) => [boot, seq])).toEqual([
      [7, 0],
      [7, 1],
      [7, 2],
      [7, 3],
    ]);
    expect(outbox.readings()[0]?.values).toEqual({ ...flat, tilt_deg: 0 });
    expect(hand.samples).toBe(4);
  });

  it('reports within a minute of the start and then in its own phase', async () => {
    const start = clock.now();
    await sampler({ interval_s: 600, phase: 0.5 }).start();
    await pass(1000);
    expect(secondsOf(start)).toEqual([30, 300, 900]);
  });

  it('looks each second past a limit, reports at once on the change, and says the event after the hold', async () => {
    const start = clock.now();
    const one = sampler();
    await one.start();
    await pass(20);
    hand.values = lifted;
    one.attention();
    await pass(10);
    expect(secondsOf(start)).toEqual([0, 20, 23]);
    expect(outbox.events()).toMatchObject([{ device: 'cover-1', kind: 'tilt', boot: 7, seq: 0, ts: start + 23_000, data: { tilt_deg: 28 } }]);
    expect(hand.samples).toBe(12);
  });

  it('reports the recovery at once, and restored when it has held; then rests again', async () => {
    const start = clock.now();
    const one = sampler({ interval_s: 3600 });
    await one.start();
    hand.values = lifted;
    one.attention();
    await pass(30);
    hand.values = flat;
    await pass(620);
    expect(secondsOf(start)).toEqual([0, 3, 31, 631]);
    expect(outbox.events().map(({ kind, data }) => [kind, data])).toEqual([
      ['tilt', { tilt_deg: 28 }],
      ['restored', { tilt_deg: 0, cause: 'tilt' }],
    ]);
    const before = hand.samples;
    await pass(60);
    expect(hand.samples).toBe(before);
  });

  it('keeps over a restart that a rule had fired, in one commit with its event', async () => {
    const one = sampler();
    hand.values = lifted;
    await one.start();
    await pass(5);
    const raising = outbox.additions.find(({ urgent }) => urgent);
    expect(raising?.state).toEqual([['device/cover-1/fired/tilt', '0']]);
    one.stop();
    hand.values = flat;
    await sampler({ boot: 8 }).start();
    await pass(605);
    expect(outbox.events().map(({ kind, boot }) => [kind, boot])).toEqual([
      ['tilt', 7],
      ['restored', 8],
    ]);
    expect(state.has('device/cover-1/fired/tilt')).toBe(false);
  });

  it('hands the past over once ever, numbered before the first live reading, in one commit with the mark', async () => {
    hand.past = [1, 2, 3].map((hour) => ({ ts: clock.now() - (4 - hour) * 3_600_000, values: flat }));
    const start = clock.now();
    await sampler().start();
    await pass(1);
    expect(secondsOf(start)).toEqual([-10_800, -7200, -3600, 0]);
    expect(outbox.readings().map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(outbox.additions[0]?.readings).toHaveLength(3);
    expect(outbox.additions[0]?.state).toEqual([['device/cover-1/history', '3']]);
    await sampler({ boot: 8 }).start();
    await pass(1);
    expect(outbox.readings().filter(({ boot }) => boot === 8)).toHaveLength(1);
  });

  it('sends nothing for a device that does not answer, and fires by the clock what was last seen', async () => {
    const start = clock.now();
    const one = sampler({ interval_s: 10 });
    hand.values = lifted;
    await one.start();
    await pass(1);
    hand.values = () => {
      throw new Error('bus timeout');
    };
    await pass(20);
    expect(secondsOf(start)).toEqual([0]);
    expect(outbox.events()).toMatchObject([{ kind: 'tilt', data: { tilt_deg: 28 } }]);
  });

  it('says an event of the driver at once, with the fields that its kind names', async () => {
    const one = sampler();
    await one.start();
    one.event('commissioned', { who: 'nobody should know' });
    one.event('no-such-event');
    expect(outbox.events()).toMatchObject([{ kind: 'commissioned', seq: 0, data: {} }]);
    expect(outbox.events()[0]?.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  it('keeps a commanded interval over a restart until its file says another', async () => {
    const one = sampler({ interval_s: 600 });
    await one.start();
    await pass(1);
    await one.setInterval(5);
    await pass(11);
    expect(outbox.readings()).toHaveLength(4);
    one.stop();
    const count = async (interval_s: number) => {
      const before = outbox.readings().length;
      const again = sampler({ interval_s, boot: 8 });
      await again.start();
      await pass(11);
      again.stop();
      return outbox.readings().length - before;
    };
    expect(await count(600)).toBe(3);
    expect(await count(300)).toBe(1);
  });

  it('takes the plane of now as the plane as installed, over restarts too', async () => {
    const one = sampler();
    hand.values = lifted;
    await one.start();
    await pass(5);
    expect(await one.calibrate()).toEqual({ angle_x_deg: 28, angle_y_deg: 0, angle_z_deg: 62 });
    await pass(1);
    expect(outbox.readings().at(-1)?.values.tilt_deg).toBe(0);
    one.stop();
    await sampler({ boot: 8 }).start();
    await pass(1);
    expect(outbox.readings().at(-1)?.values.tilt_deg).toBe(0);
  });

  it('stops twice without harm and says nothing afterwards', async () => {
    const one = sampler({ interval_s: 1 });
    await one.start();
    await pass(2);
    one.stop();
    one.stop();
    const said = outbox.readings().length;
    await pass(10);
    expect(outbox.readings()).toHaveLength(said);
    expect(clock.timers).toBe(0);
  });
});
