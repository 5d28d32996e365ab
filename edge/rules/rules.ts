/** The door of the agent's local rules: all limits of a device's kind, judged where the device is, so that they hold without a cloud. Pure: time is handed in. */
import type { Kind, Values } from '../../devices/kinds/kinds.ts';
import { dataOf, isActive, judge, type LimitState, limitState, sideOf } from './limit.ts';

export interface Verdict {
  /** A limit was passed in either direction, or a rule has fired or ended: a reading is to be sent at once. */
  changed: boolean;
  /** Not all is at rest: look each second. */
  active: boolean;
  /** What the device says now, mildest first. */
  events: { kind: string; data: Record<string, number | string | boolean> }[];
  /** Which limits have fired (their level) or ended (null) now; to be remembered together with the events. */
  fired: { limit: string; level: number | null }[];
}

export class LocalRules {
  readonly #kind: Kind;
  readonly #states: LimitState[];
  #side = '';
  /** The values last known, for an event that fires while the device is silent. */
  #values: Values = {};

  /** `fired` tells the level that a limit had fired at when the agent stopped; null: none. */
  constructor(kind: Kind, fired: (limit: string) => number | null) {
    this.#kind = kind;
    this.#states = kind.limits.map((limit) => limitState(limit, fired(limit.id) ?? -1));
  }

  /** null: the device did not answer, which contradicts nothing. `now` is of the monotonic clock, in milliseconds. */
  look(values: Values | null, now: number): Verdict {
    if (values) this.#values = values;
    const verdict: Verdict = { changed: false, active: false, events: [], fired: [] };
    this.#kind.limits.forEach((limit, i) => {
      const { state, raised, ended } = judge(limit, this.#states[i] as LimitState, values?.[limit.metric], now);
      this.#states[i] = state;
      verdict.active ||= isActive(state);
      const { event } = limit;
      if (!event || (raised === null && !ended)) return;
      const kind = ended ? event.end : event.raise;
      verdict.events.push({ kind, data: dataOf(this.#kind.events[kind]?.data ?? {}, limit.cause, this.#values) });
      verdict.fired.push({ limit: limit.id, level: raised });
    });
    const side = this.#states.map(sideOf).join();
    verdict.changed = this.#side !== '' && side !== this.#side;
    this.#side = side;
    return verdict;
  }
}
