/** A street lamp: lit from sunset to sunrise, dimmed in the small hours, obeying by hand until the sun next rises or sets. */
import { reject } from '../../../devices/errors.ts';
import type { Memory } from '../../memory.ts';
import { drift, jitter, rounded, trait } from './chance.ts';
import type { PhysicsType } from './physics.ts';
import { airOf, dayOf, hourMs, hourOf, instant, isDark, sunOf } from './sky.ts';

/** The meters were set to zero here. */
const metered = dayOf(Date.UTC(2026, 0, 1));
/** Dimmed between these hours. */
const lateFrom = 23;
const lateTo = 5;
const lateLevel = 50;
const standbyW = 0.8;

interface ByHand {
  level: number;
  since: number;
}

/** Per cent, as the calendar has it. */
function levelByCalendar(at: number): number {
  if (!isDark(at)) return 0;
  const hour = hourOf(at);
  return hour >= lateFrom || hour < lateTo ? lateLevel : 100;
}

/** The share of its rated power that a driver takes at a level. */
const shareOf = (level: number): number => (level <= 0 ? 0 : 0.08 + 0.92 * (level / 100));

/** Hours at full power that the calendar stands for, since midnight of the day until `hour`. */
function calendarHours(day: number, hour: number): number {
  const { rise, set } = sunOf(day);
  const lit: [from: number, to: number, level: number][] = [
    [0, Math.min(lateTo, rise), lateLevel],
    [lateTo, rise, 100],
    [set, lateFrom, 100],
    [lateFrom, 24, lateLevel],
  ];
  return lit.reduce((sum, [from, to, level]) => sum + Math.max(0, Math.min(hour, to) - from) * shareOf(level), 0);
}

const wholeDays: number[] = [0];
/** The same since the meters were set to zero. */
function calendarHoursUntil(at: number): number {
  const days = Math.max(0, dayOf(at) - metered);
  for (let day = wholeDays.length; day <= days; day++) wholeDays[day] = (wholeDays[day - 1] as number) + calendarHours(metered + day - 1, 24);
  return (wholeDays[days] as number) + calendarHours(metered + days, hourOf(at));
}

/** When the sun next rises or sets. */
function nextTurn(at: number): number {
  const day = dayOf(at);
  const turns = [day, day + 1].flatMap((one) => [instant(one, sunOf(one).rise), instant(one, sunOf(one).set)]);
  return turns.find((turn) => turn > at) as number;
}

/** What a hand has set, and what that has changed on the meter. */
class Hand {
  readonly #memory: Memory;
  readonly #rated: number;

  constructor(memory: Memory, rated: number) {
    this.#memory = memory;
    this.#rated = rated;
  }

  /** The level in force; null: the calendar's. */
  levelAt(at: number): number | null {
    const hand = this.#byHand();
    return hand && at >= hand.since && at < nextTurn(hand.since) ? hand.level : null;
  }

  /** Wh beside the calendar's. */
  extraAt(at: number): number {
    const before = Number(this.#memory.recall('extra') ?? 0);
    const hand = this.#byHand();
    if (!hand || at <= hand.since) return before;
    const until = Math.min(at, nextTurn(hand.since));
    const taken = (shareOf(hand.level) * (until - hand.since)) / hourMs - (calendarHoursUntil(until) - calendarHoursUntil(hand.since));
    return before + taken * this.#rated;
  }

  async set(level: number, at: number): Promise<void> {
    const extra = this.extraAt(at);
    await Promise.all([this.#memory.remember('extra', String(extra)), this.#memory.remember('hand', JSON.stringify({ level, since: at }))]);
  }

  #byHand(): ByHand | null {
    const text = this.#memory.recall('hand');
    return text === null ? null : (JSON.parse(text) as ByHand);
  }
}

export const light: PhysicsType = {
  kind: 'streetlight',
  acts: ['lamp-fail'],
  faults: [{ act: 'lamp-fail', for_s: [1800, 7200] }],
  create({ seed, memory, acting }) {
    const rated = [60, 100, 150][Math.floor(trait(seed, 'rated', 0, 3))] as number;
    const hand = new Hand(memory, rated);
    return {
      values(at) {
        const failed = acting('lamp-fail') !== null;
        const level = hand.levelAt(at) ?? levelByCalendar(at);
        const lit = level > 0 && !failed;
        const voltage_v = rounded(trait(seed, 'feeder', 224, 232) + 2.5 * drift(seed, 'mains', at, hourMs) + 0.6 * jitter(seed, 'mains', at), 1);
        const power_w = rounded(lit ? rated * shareOf(level) * (1 + 0.01 * jitter(seed, 'power', at)) : standbyW, 1);
        const power_factor = rounded(lit ? 0.88 + 0.1 * shareOf(level) : 0.42, 2);
        return {
          power_w,
          voltage_v,
          current_a: rounded(power_w / (voltage_v * power_factor), 3),
          power_factor,
          dimming_pct: rounded(level, 0),
          energy_wh: rounded(Math.max(0, rated * calendarHoursUntil(at) + hand.extraAt(at)), 0),
          lamp_on: lit,
          lamp_failure: failed,
          temperature_c: rounded(airOf(at) + (lit ? 18 * shareOf(level) : 2) + 0.5 * jitter(seed, 'housing', at), 1),
        };
      },
      async command({ name, args }, at) {
        const level = name === 'on' ? 100 : name === 'off' ? 0 : name === 'dim' ? (args.level_pct as number) : null;
        if (level === null) throw reject('unknown-command', `a simulated light does not know ${name}`);
        await hand.set(level, at);
        return { level_pct: level, until: nextTurn(at) };
      },
    };
  },
};
