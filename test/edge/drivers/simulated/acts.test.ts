import { beforeEach, describe, expect, it } from 'vitest';
import { Acts, type ActsOptions } from '../../../../edge/drivers/simulated/acts.ts';
import type { Act } from '../../../../edge/drivers/simulated/physics.ts';
import { OutboxMemory } from '../../../../edge/memory.ts';
import { TestClock } from '../../../kit/clock.ts';
import { Recorder } from '../../recorder.ts';

const day = 86_400_000;

describe('the acts on a simulated device', () => {
  let clock: TestClock;
  let state: Map<string, string>;
  let told: [second: number, what: string][];
  let began: number;

  beforeEach(() => {
    clock = new TestClock();
    state = new Map();
    told = [];
    began = clock.now();
  });

  function start(options: Partial<ActsOptions> = {}) {
    const acts = new Acts({
      seed: 7,
      planned: [],
      faultsPerDay: 0,
      faults: [],
      clock,
      memory: new OutboxMemory(new Recorder(), state),
      begun: ({ act }) => told.push([Math.round((clock.now() - began) / 1000), act]),
      ended: ({ act }) => told.push([Math.round((clock.now() - began) / 1000), `${act} ended`]),
      ...options,
    });
    acts.start();
    return acts;
  }

  it('run once ever, whatever restarts come', () => {
    const planned = [{ after_s: 5, act: 'sos' as const }];
    start({ planned }).stop();
    clock.advance(10_000);
    expect(told).toEqual([]);
    const second = start({ planned });
    clock.advance(10_000);
    second.stop();
    start({ planned });
    clock.advance(100_000);
    expect(told).toEqual([[15, 'sos']]);
  });

  it('run again at each start when they are to', () => {
    const planned = [{ after_s: 5, act: 'sos' as const, repeat: true }];
    for (let i = 0; i < 3; i++) {
      const acts = start({ planned });
      clock.advance(10_000);
      acts.stop();
    }
    expect(told).toEqual([
      [5, 'sos'],
      [15, 'sos'],
      [25, 'sos'],
    ]);
  });

  it('stay in force over a restart until their time is over', () => {
    const planned = [{ after_s: 5, act: 'tilt' as const, value: 28, for_s: 100 }];
    const first = start({ planned });
    clock.advance(20_000);
    first.stop();
    const second = start({ planned });
    expect(second.acting('tilt')).toMatchObject({ value: 28, until: began + 105_000 });
    clock.advance(85_000);
    expect(second.acting('tilt')).toBeNull();
    expect(told).toEqual([
      [5, 'tilt'],
      [105, 'tilt ended'],
    ]);
    second.stop();
    expect(start({ planned }).acting('tilt')).toBeNull();
  });

  it('can be ended before their time', () => {
    const acts = start({ planned: [{ after_s: 1, act: 'moved' }] });
    clock.advance(1000);
    acts.end('moved');
    acts.end('moved');
    expect(told).toEqual([
      [1, 'moved'],
      [1, 'moved ended'],
    ]);
  });

  it('leave no timer behind', () => {
    const acts = start({ planned: [{ after_s: 1, act: 'tilt', for_s: 100 }], faultsPerDay: 5, faults: [{ act: 'water', for_s: [60, 120] }] });
    clock.advance(1500);
    acts.stop();
    expect(clock.timers).toBe(0);
  });

  describe('by chance', () => {
    const faults: ActsOptions['faults'] = [
      { act: 'tilt', values: [17, 70], for_s: [180, 1500] },
      { act: 'water', for_s: [600, 3600] },
    ];

    it('come about as often as they are said to', () => {
      let count = 0;
      for (let seed = 0; seed < 100; seed++) start({ seed, faults, faultsPerDay: 0.5, begun: () => count++ });
      for (let i = 0; i < 10; i++) clock.advance(day);
      expect(count).toBeGreaterThan(400);
      expect(count).toBeLessThan(600);
    });

    it('are the same again for the same seed, over restarts too, and end', () => {
      const seen = (restarts: boolean): [number, Act['act'], number | null][] => {
        clock = new TestClock(began);
        const acts: [number, Act['act'], number | null][] = [];
        const begun = ({ act, since, value }: Act) => void acts.push([since, act, value]);
        let running = start({ faults, faultsPerDay: 3, begun });
        for (let i = 0; i < 40; i++) {
          clock.advance(day / 8);
          if (!restarts) continue;
          running.stop();
          running = start({ faults, faultsPerDay: 3, begun });
        }
        expect(running.acting('tilt')?.until ?? 0).toBeLessThan(clock.now() + 3_600_000);
        return acts;
      };
      const once = seen(false);
      expect(once.length).toBeGreaterThan(5);
      expect(new Set(seen(true).map(String))).toEqual(new Set(once.map(String)));
      for (const [, act, value] of once) if (act === 'tilt') expect(value).toBeGreaterThanOrEqual(17);
    });

    it('do not come when they are not asked for', () => {
      start({ faults });
      expect(clock.timers).toBe(0);
    });
  });
});
