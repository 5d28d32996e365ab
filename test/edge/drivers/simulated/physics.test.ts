import { describe, expect, it } from 'vitest';
import { type Kind, kindOf, kinds, type Values } from '../../../../devices/kinds/kinds.ts';
import { type Driver, driverTypes } from '../../../../edge/drivers/drivers.ts';
import { isDark, sunOf } from '../../../../edge/drivers/simulated/sky.ts';
import { OutboxMemory } from '../../../../edge/memory.ts';
import { refine } from '../../../../edge/refine.ts';
import { TestClock } from '../../../kit/clock.ts';
import { Recorder, silent } from '../../recorder.ts';

const hour = 3_600_000;
/** A Tuesday, at midnight of the district's civil time. */
const midnight = Date.UTC(2026, 10, 23, 16);

function device(kind: string, options: object = {}, now = midnight) {
  const clock = new TestClock(now);
  const told: [event: string, data?: object][] = [];
  const pictures: [command: string, bytes: Uint8Array, type: string][] = [];
  const [simulated] = driverTypes;
  const state = new Map<string, string>();
  const recorder = new Recorder();
  const make = (): Driver =>
    simulated?.create(
      { type: 'simulated', seed: 7, ...options },
      {
        device: `${kind}-1`,
        kind: kindOf(kind) as Kind,
        clock,
        log: silent,
        memory: new OutboxMemory(recorder, state),
        emit: (event, data) => void told.push(data ? [event, data] : [event]),
        attention: () => {},
        handIn: async (command, { bytes, type }) => void pictures.push([command, bytes, type]),
      },
    ) as Driver;
  const driver = make();
  return { clock, driver, told, pictures, make, values: () => driver.sample() as Values };
}

describe('a simulated device', () => {
  it.each(kinds.map(({ id }) => id))('of kind %s gives every metric of it, within its range, at any hour of the year', (id) => {
    const kind = kindOf(id) as Kind;
    for (const seed of [0, 7, 4_000_000_000]) {
      for (let day = 0; day < 365; day += 13) {
        const { values } = device(id, { seed }, midnight + day * 24 * hour + (day % 24) * hour);
        const given = values();
        const refined = refine(kind, given, null);
        expect(refined.refused).toEqual([]);
        expect(Object.keys(refined.values).sort()).toEqual(Object.keys(kind.metrics).sort());
        for (const [metric, value] of Object.entries(refined.values)) {
          const range = kind.metrics[metric]?.range;
          if (range) expect(value, metric).toSatisfy((number: number) => number >= (range[0] as number) && number <= (range[1] as number));
        }
        for (const limit of kind.limits) {
          const value = Number(refined.values[limit.metric]);
          expect(limit.op === '>=' ? value < limit.clear : value > limit.clear, `${limit.id} at rest`).toBe(true);
        }
      }
    }
  });

  it('is the same again for the same seed and time, and another for another seed', () => {
    expect(device('manhole-cover').values()).toEqual(device('manhole-cover').values());
    expect(device('manhole-cover', { seed: 8 }).values()).not.toEqual(device('manhole-cover').values());
  });

  it('remembers a past of full hours, oldest first', () => {
    const { driver, clock } = device('manhole-cover', { history_h: 24 }, midnight + 1234);
    const past = driver.history?.() ?? [];
    expect(past.map(({ ts }) => ts)).toEqual(Array.from({ length: 24 }, (_, i) => midnight - (23 - i) * hour));
    expect(past.at(-1)?.ts).toBeLessThan(clock.now());
    expect(new Set(past.map(({ values }) => values.temperature_c)).size).toBeGreaterThan(5);
  });
});

describe('a simulated cover', () => {
  it('leans by the value of its act, and stays below the clear limit under traffic', () => {
    const { driver, clock, values } = device('manhole-cover', { acts: [{ after_s: 35, act: 'tilt', value: 28, for_s: 600 }] });
    driver.start();
    const tilt = () => refine(kindOf('manhole-cover') as Kind, values(), null).values.tilt_deg as number;
    clock.advance(34_000);
    expect(tilt()).toBeLessThan(5);
    clock.advance(1000);
    expect(tilt()).toBeCloseTo(28, 0);
    clock.advance(599_000);
    expect(tilt()).toBeCloseTo(28, 0);
    clock.advance(1000);
    expect(tilt()).toBeLessThan(5);
  });

  it('floods, and its battery sinks to the act’s voltage for good', () => {
    const { driver, clock, values } = device('manhole-cover', {
      acts: [
        { after_s: 1, act: 'water', for_s: 60 },
        { after_s: 2, act: 'battery', value: 3.2 },
      ],
    });
    driver.start();
    clock.advance(5000);
    expect(values()).toMatchObject({ water_over: true, battery_v: 3.2 });
    clock.advance(86_400_000);
    expect(values()).toMatchObject({ water_over: false, battery_v: 3.2 });
  });

  it('has a battery that sags slowly', () => {
    const volts = (days: number) => device('manhole-cover', {}, midnight + days * 24 * hour).values().battery_v as number;
    expect(volts(0) - volts(364)).toBeGreaterThan(0.03);
    expect(volts(0) - volts(364)).toBeLessThan(0.12);
  });
});

describe('a simulated light', () => {
  it('is lit by night and not by day, dimmed in the small hours', () => {
    const at = (hours: number) => device('streetlight', {}, midnight + hours * hour).values();
    expect(at(2)).toMatchObject({ lamp_on: true, dimming_pct: 50 });
    expect(at(12)).toMatchObject({ lamp_on: false, dimming_pct: 0, power_w: 0.8 });
    expect(at(20)).toMatchObject({ lamp_on: true, dimming_pct: 100 });
    expect(at(20).power_w as number).toBeGreaterThan(1.5 * (at(2).power_w as number));
  });

  it('knows when the sun rises and sets at 36.4° N', () => {
    const solstice = (month: number) => sunOf(Math.floor(Date.UTC(2026, month, 21) / (24 * hour)));
    expect(solstice(5)).toEqual({ rise: expect.closeTo(5.1, 0), set: expect.closeTo(19.7, 0) });
    expect(solstice(11)).toEqual({ rise: expect.closeTo(7.4, 0), set: expect.closeTo(17.2, 0) });
    expect(isDark(midnight)).toBe(true);
  });

  it('dims by command until the sun next rises or sets, and its meter follows', async () => {
    const noon = device('streetlight', {}, midnight + 10 * hour);
    expect(await noon.driver.command({ id: 'C1', name: 'dim', args: { level_pct: 30 } })).toMatchObject({ level_pct: 30 });
    const before = noon.values();
    expect(before).toMatchObject({ dimming_pct: 30, lamp_on: true });
    noon.clock.advance(2 * hour);
    const after = noon.values();
    expect((after.energy_wh as number) - (before.energy_wh as number)).toBeCloseTo(2 * (before.power_w as number), -1);
    await noon.driver.command({ id: 'C2', name: 'off', args: {} });
    const dark = noon.values();
    expect(dark).toMatchObject({ dimming_pct: 0, lamp_on: false });
    expect(dark.energy_wh).toBe(after.energy_wh);
    noon.clock.advance(7 * hour);
    expect(noon.values()).toMatchObject({ dimming_pct: 100, lamp_on: true });
    await noon.driver.command({ id: 'C3', name: 'off', args: {} });
    expect(noon.values()).toMatchObject({ lamp_on: false });
    await noon.driver.command({ id: 'C4', name: 'on', args: {} });
    expect(noon.values()).toMatchObject({ lamp_on: true, dimming_pct: 100 });
  });

  it('has a meter that never runs backwards', () => {
    const { clock, values } = device('streetlight');
    let last = 0;
    for (let i = 0; i < 24 * 10; i++) {
      clock.advance(hour);
      const energy = values().energy_wh as number;
      expect(energy).toBeGreaterThanOrEqual(last);
      last = energy;
    }
    expect(last).toBeGreaterThan(100_000);
  });

  it('fails by its act', () => {
    const { driver, clock, values } = device('streetlight', { acts: [{ after_s: 1, act: 'lamp-fail', for_s: 100 }] });
    driver.start();
    clock.advance(1000);
    expect(values()).toMatchObject({ lamp_failure: true, lamp_on: false });
    clock.advance(100_000);
    expect(values()).toMatchObject({ lamp_failure: false, lamp_on: true });
  });
});

describe('a simulated alarm post', () => {
  it('tells of its button, its test and its tamper switch', () => {
    const acts = ['sos', 'sos-cancel', 'tamper', 'test'].map((act, i) => ({ after_s: i + 1, act }));
    const { driver, clock, told, values } = device('alarm-post', { acts });
    driver.start();
    clock.advance(4000);
    expect(told).toEqual([['sos', { button: 1 }], ['sos-cancelled', { reason: 'pressed again' }], ['tamper'], ['test', { ok: true }]]);
    expect(values().door_open).toBe(true);
    clock.advance(60_000);
    expect(values().door_open).toBe(false);
  });

  it('sounds its siren and speaks', async () => {
    const { driver, clock } = device('alarm-post');
    expect(await driver.command({ id: 'C1', name: 'siren', args: { seconds: 5 } })).toEqual({ sounding: true, until: clock.now() + 5000 });
    expect(await driver.command({ id: 'C2', name: 'announce', args: { text: '请让开' } })).toEqual({ spoken_s: 1 });
    await expect(driver.command({ id: 'C3', name: 'dance', args: {} })).rejects.toMatchObject({ next: 'reject' });
  });
});

describe('a simulated gate', () => {
  it('counts a school’s morning, and never backwards', () => {
    const { clock, values } = device('face-gate');
    const counts: number[] = [];
    for (let i = 0; i <= 24; i++) {
      counts.push(values().passes_in as number);
      clock.advance(hour);
    }
    const inHour = (h: number) => (counts[h + 1] as number) - (counts[h] as number);
    expect(inHour(7)).toBeGreaterThan(100);
    expect(inHour(7)).toBeGreaterThan(5 * inHour(10));
    expect(inHour(2)).toBe(0);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  });

  it('lets nobody through while it is locked, and says who was denied', async () => {
    const { driver, clock, values } = device('face-gate', {}, midnight + 7 * hour);
    await driver.command({ id: 'C1', name: 'lock', args: {} });
    const before = values();
    clock.advance(hour);
    const after = values();
    expect(after.passes_in).toBe(before.passes_in);
    expect(after.denied as number).toBeGreaterThan((before.denied as number) + 100);
    await expect(driver.command({ id: 'C2', name: 'open', args: {} })).rejects.toMatchObject({ code: 'locked' });
    await driver.command({ id: 'C3', name: 'release', args: {} });
    expect(values()).toMatchObject({ door_open: true, passes_in: before.passes_in });
    clock.advance(7 * hour);
    expect(values().passes_in as number).toBeGreaterThan(before.passes_in as number);
  });

  it('opens for some seconds, and tells of force, of being held open and of duress', async () => {
    const { driver, clock, told, values } = device('face-gate', {
      acts: [
        { after_s: 10, act: 'held-open', for_s: 90 },
        { after_s: 200, act: 'forced-open' },
        { after_s: 201, act: 'duress' },
      ],
    });
    driver.start();
    await driver.command({ id: 'C1', name: 'open', args: {} });
    expect(values().door_open).toBe(true);
    clock.advance(5000);
    expect(values().door_open).toBe(false);
    clock.advance(5000);
    expect(values().door_open).toBe(true);
    clock.advance(191_000);
    expect(told).toEqual([['held-open', { seconds: 90 }], ['forced-open'], ['duress']]);
  });
});

describe('a simulated camera', () => {
  it('tells what is done to it and when that is over', async () => {
    const { driver, clock, told, values } = device('camera', {
      acts: [
        { after_s: 1, act: 'signal-lost', for_s: 10 },
        { after_s: 20, act: 'cover-camera', for_s: 10 },
        { after_s: 40, act: 'intrusion' },
        { after_s: 150, act: 'moved' },
      ],
    });
    driver.start();
    clock.advance(1000);
    expect(values()).toMatchObject({ fps: 0, bitrate_kbps: 0 });
    await expect(driver.command({ id: 'C1', name: 'snapshot', args: {} })).rejects.toMatchObject({ code: 'no-signal' });
    clock.advance(150_000);
    expect(await driver.command({ id: 'C2', name: 'preset', args: { preset: 1 } })).toEqual({ preset: 1 });
    expect(told).toEqual([
      ['signal-lost'],
      ['restored', { cause: 'signal-lost' }],
      ['covered'],
      ['restored', { cause: 'covered' }],
      ['intrusion', { zone: 'perimeter-1' }],
      ['restored', { cause: 'intrusion' }],
      ['moved'],
      ['restored', { cause: 'moved' }],
    ]);
  });

  it('takes a picture and hands it in for the command that asked', async () => {
    const { driver, pictures } = device('camera');
    const result = await driver.command({ id: 'C1', name: 'snapshot', args: {} });
    expect(pictures).toHaveLength(1);
    const [command, bytes, type] = pictures[0] as (typeof pictures)[number];
    expect([command, type]).toEqual(['C1', 'image/jpeg']);
    expect(result).toEqual({ bytes: bytes.length, width: 640, height: 360 });
    const { default: sharp } = await import('sharp');
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 360 });
    expect(bytes.length).toBeLessThan(60_000);
  });
});
