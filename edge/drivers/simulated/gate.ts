/** A face gate at a school: counts who comes and goes, by the school's day. It counts people and knows none. */
import { reject } from '../../../devices/errors.ts';
import type { Memory } from '../../memory.ts';
import { chance, jitter, rounded, trait } from './chance.ts';
import type { PhysicsType } from './physics.ts';
import { airOf, dayOf, hourOf, weekdayOf } from './sky.ts';

/** The counters were set to zero here. */
const counted = dayOf(Date.UTC(2026, 0, 1));
const openMs = 5000;

type Way = 'in' | 'out' | 'denied';
/** Peaks of a school day: at which hour, how wide, which share of the day's people. */
const peaks: Record<Way, [hour: number, width: number, share: number][]> = {
  in: [
    [7.35, 0.16, 0.62],
    [13.6, 0.2, 0.33],
    [10.5, 2, 0.05],
  ],
  out: [
    [11.8, 0.18, 0.33],
    [17.1, 0.25, 0.6],
    [15, 2, 0.07],
  ],
  denied: [
    [7.35, 0.2, 0.6],
    [13.6, 0.3, 0.4],
  ],
};

function peopleOn(seed: number, day: number): number {
  const school = ![0, 6].includes(weekdayOf(day));
  const all = Math.floor(trait(seed, 'pupils', 380, 980));
  return Math.floor(school ? all * (0.94 + 0.05 * chance(seed, 'present', day)) : 6 + 18 * chance(seed, 'present', day));
}
const dayTotal = (seed: number, day: number, way: Way): number => (way === 'denied' ? Math.floor(peopleOn(seed, day) * 0.012) : peopleOn(seed, day));

/** The share of a day's passes that is over at an hour. */
const over = (way: Way, hour: number): number => peaks[way].reduce((sum, [centre, width, share]) => sum + share / (1 + Math.exp(-(hour - centre) / (width / 2))), 0);

/** Passes since the counters were set to zero; never falls as `at` grows. */
class Counter {
  readonly #seed: number;
  readonly #way: Way;
  readonly #days: number[] = [0];

  constructor(seed: number, way: Way) {
    this.#seed = seed;
    this.#way = way;
  }

  at(at: number): number {
    const days = Math.max(0, dayOf(at) - counted);
    for (let day = this.#days.length; day <= days; day++) this.#days[day] = (this.#days[day - 1] as number) + dayTotal(this.#seed, counted + day - 1, this.#way);
    const hour = hourOf(at);
    const [first, last] = [over(this.#way, 0), over(this.#way, 24)];
    return (this.#days[days] as number) + Math.floor((dayTotal(this.#seed, counted + days, this.#way) * (over(this.#way, hour) - first)) / (last - first));
  }
}

interface Lock {
  mode: 'normal' | 'locked' | 'released';
  since: number;
  /** Who did not pass while it was locked, before `since`. */
  missed: { in: number; out: number };
}

function lockOf(memory: Memory): Lock {
  const text = memory.recall('lock');
  return text === null ? { mode: 'normal', since: 0, missed: { in: 0, out: 0 } } : (JSON.parse(text) as Lock);
}

export const gate: PhysicsType = {
  kind: 'face-gate',
  acts: ['forced-open', 'held-open', 'duress', 'tamper'],
  faults: [
    { act: 'held-open', for_s: [60, 600] },
    { act: 'tamper', for_s: [60, 300] },
  ],
  create({ seed, memory, acting }) {
    const counters = { in: new Counter(seed, 'in'), out: new Counter(seed, 'out'), denied: new Counter(seed, 'denied') };
    let openUntil = 0;
    /** While it is locked nobody passes; those who try are denied. */
    const missedAt = (lock: Lock, at: number) => {
      const now = (way: 'in' | 'out') => (lock.mode === 'locked' && at > lock.since ? counters[way].at(at) - counters[way].at(lock.since) : 0);
      return { in: lock.missed.in + now('in'), out: lock.missed.out + now('out') };
    };
    return {
      values(at) {
        const lock = lockOf(memory);
        const missed = missedAt(lock, at);
        return {
          passes_in: counters.in.at(at) - missed.in,
          passes_out: counters.out.at(at) - missed.out,
          denied: counters.denied.at(at) + missed.in + missed.out,
          door_open: acting('forced-open') !== null || acting('held-open') !== null || lock.mode === 'released' || at < openUntil,
          temperature_c: rounded(airOf(at) + 6 + 0.5 * jitter(seed, 'housing', at), 1),
        };
      },
      begun({ act, since, until }) {
        if (act === 'held-open') return [until === null ? { event: act } : { event: act, data: { seconds: Math.round((until - since) / 1000) } }];
        return act === 'forced-open' || act === 'duress' || act === 'tamper' ? [{ event: act }] : [];
      },
      async command({ name }, at) {
        const lock = lockOf(memory);
        if (name === 'open') {
          if (lock.mode === 'locked') throw reject('locked', 'the gate is locked: release it first');
          openUntil = at + openMs;
          return { open_until: openUntil };
        }
        if (name !== 'lock' && name !== 'release') throw reject('unknown-command', `a simulated gate does not know ${name}`);
        const mode = name === 'lock' ? 'locked' : 'released';
        openUntil = 0;
        await memory.remember('lock', JSON.stringify({ mode, since: at, missed: missedAt(lock, at) } satisfies Lock));
        return { mode };
      },
    };
  },
};
