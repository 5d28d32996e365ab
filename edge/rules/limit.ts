/** One limit of a kind, judged where the device is. Pure: time is handed in. */
import type { Limit, Value, Values } from '../../devices/kinds/kinds.ts';

/** How one limit stands. Times are of the monotonic clock, in milliseconds. */
export interface LimitState {
  /** The level that has fired, as an index into the limit's; -1: none. */
  readonly level: number;
  /** Of each level: since when the value has been past it; null: it is not. */
  readonly past: readonly (number | null)[];
  /** Since when a fired one's value has been on the good side; null: it is not. */
  readonly good: number | null;
}

export interface Judgement {
  state: LimitState;
  /** The level that fires now, for the first time or as a step up; null: none does. */
  raised: number | null;
  /** It has ended: the clear condition has held. */
  ended: boolean;
}

/** At rest, or as it was when the agent stopped: fired at `level`. */
export const limitState = (limit: Limit, level = -1): LimitState => ({ level: Math.min(level, limit.levels.length - 1), past: limit.levels.map(() => null), good: null });

/** A limit that is not at rest is sampled each second. */
export const isActive = (state: LimitState): boolean => state.level >= 0 || state.past.some((since) => since !== null);

/** Changes when the value changes sides, or the rule its state: then a reading is sent at once. */
export const sideOf = ({ level, past, good }: LimitState): string => `${level}/${past.filter((since) => since !== null).length}/${level >= 0 && good !== null}`;

const numberOf = (value: Value): number => Number(value);
const isPast = (op: Limit['op'], at: number, value: number) => (op === '>=' ? value >= at : value <= at);
const isGood = (op: Limit['op'], clear: number, value: number) => (op === '>=' ? value < clear : value > clear);

/**
 * Judges one limit by the value of now. Without a value nothing contradicts what was last known: holds go on and elapse.
 * Severity never steps down; after its end the rule starts anew.
 */
export function judge(limit: Limit, before: LimitState, value: Value | undefined, now: number): Judgement {
  let { level, past, good } = before;
  if (value !== undefined) {
    const number = numberOf(value);
    past = limit.levels.map(({ at }, i) => (isPast(limit.op, at, number) ? (past[i] ?? now) : null));
    good = level >= 0 && isGood(limit.op, limit.clear, number) ? (good ?? now) : null;
  }
  let raised: number | null = null;
  past.forEach((since, i) => {
    if (i > level && since !== null && now - since >= limit.hold_s * 1000) raised = i;
  });
  if (raised !== null) level = raised;
  if (level >= 0 && good !== null && now - good >= limit.clear_hold_s * 1000) return { state: limitState(limit), raised: null, ended: true };
  return { state: { level, past, good }, raised, ended: false };
}

/** The fields of an event's `data` that its kind names, filled from the reading; `cause` is the limit's. */
export function dataOf(fields: Record<string, string>, cause: string, values: Values): Record<string, number | string | boolean> {
  const data: Record<string, number | string | boolean> = {};
  for (const [field, type] of Object.entries(fields)) {
    const value = field === 'cause' ? cause : values[field];
    if (value !== undefined && typeof value === type) data[field] = value;
  }
  return data;
}
