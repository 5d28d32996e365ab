import { describe, expect, it } from 'vitest';
import { type Kind, kindOf } from '../../../devices/kinds/kinds.ts';
import { LocalRules } from '../../../edge/rules/rules.ts';

const cover = kindOf('manhole-cover') as Kind;
const light = kindOf('streetlight') as Kind;

describe('the local rules of a device', () => {
  it('send the raising event with what its kind names, again on a step up, and restored with cause and value', () => {
    const rules = new LocalRules(cover, () => null);
    const said = [
      [0, 28],
      [3, 28.5],
      [4, 50],
      [7, 51],
      [8, 2],
      [608, 1.5],
    ].map(([second, tilt_deg]) => rules.look({ tilt_deg: tilt_deg as number, battery_v: 3.6 }, (second as number) * 1000));
    expect(said.flatMap(({ events }) => events)).toEqual([
      { kind: 'tilt', data: { tilt_deg: 28.5 } },
      { kind: 'tilt', data: { tilt_deg: 51 } },
      { kind: 'restored', data: { tilt_deg: 1.5, cause: 'tilt' } },
    ]);
    expect(said.flatMap(({ fired }) => fired)).toEqual([
      { limit: 'tilt', level: 0 },
      { limit: 'tilt', level: 1 },
      { limit: 'tilt', level: null },
    ]);
  });

  it('judge a flag as 0 or 1', () => {
    const rules = new LocalRules(light, () => null);
    rules.look({ lamp_failure: true, power_w: 1.2, voltage_v: 230 }, 0);
    expect(rules.look({ lamp_failure: true, power_w: 1.3, voltage_v: 229 }, 60_000).events).toEqual([{ kind: 'lamp-failure', data: { power_w: 1.3, voltage_v: 229 } }]);
    rules.look({ lamp_failure: false, power_w: 90 }, 61_000);
    expect(rules.look({ lamp_failure: false, power_w: 91 }, 121_000).events).toEqual([{ kind: 'restored', data: { power_w: 91, cause: 'lamp-failure' } }]);
  });

  it('say of a limit without an event that it was passed, and send none', () => {
    const rules = new LocalRules(cover, () => null);
    rules.look({ tilt_deg: 1, battery_v: 3.5 }, 0);
    const passed = rules.look({ tilt_deg: 1, battery_v: 3.2 }, 1000);
    expect(passed).toMatchObject({ changed: true, active: true, events: [] });
    expect(rules.look({ tilt_deg: 1, battery_v: 3.2 }, 601_000)).toMatchObject({ events: [], fired: [] });
  });

  it('are at rest, and unchanged, while everything is in order', () => {
    const rules = new LocalRules(cover, () => null);
    expect([0, 1, 2, 14.9, 6].map((tilt_deg, i) => rules.look({ tilt_deg, battery_v: 3.6 }, i * 1000)).map(({ changed, active }) => changed || active)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('end after a restart what had fired before it', () => {
    const rules = new LocalRules(cover, (limit) => (limit === 'tilt' ? 1 : null));
    rules.look({ tilt_deg: 0.5 }, 0);
    expect(rules.look({ tilt_deg: 0.5 }, 600_000).events).toEqual([{ kind: 'restored', data: { tilt_deg: 0.5, cause: 'tilt' } }]);
  });
});
