import { derivedId } from '../../devices/ids.ts';
import { fillMessage } from './message.ts';
import type { At, Circumstances, Finding, RuleKind, ThresholdRule } from './rules.ts';

interface State {
  /** The newest value, and when it was measured and came in. */
  value: number;
  /** The reading that first went past the mildest level still counting or fired. */
  since: { ts: number; rx: number } | null;
  /** When each level's hold is over, in the journal's time; null: not past it, or fired already. */
  due: (number | null)[];
  /** The highest level that has fired, -1 for none. */
  fired: number;
  /** When the clear condition has held for long enough. */
  clear: number | null;
}

type Level = ThresholdRule['levels'][number];
const isPast = (rule: ThresholdRule, value: number, at: number) => (rule.op === '>=' ? value >= at : value <= at);

/** A limit with hysteresis and hold. The hold elapses by the journal's clock: one reading that stays uncontradicted fires. */
export const threshold: RuleKind<ThresholdRule, State> = {
  type: 'threshold',
  judges: 'device',
  signals: ['reading', 'time', 'anew'],
  clears: true,
  kindOf: (rule) => rule.kind,
  initial: () => ({ value: 0, since: null, due: [], fired: -1, clear: null }),
  judge(rule, state, signal, at, about) {
    if (signal.type === 'anew') {
      Object.assign(state, threshold.initial());
      return [];
    }
    if (signal.type === 'reading') {
      const value = signal.values[rule.metric];
      if (value === undefined) return [];
      observe(rule, state, Number(value), signal, at, about);
    }
    return elapsed(rule, state, at, about);
  },
  idle: (state) => state.fired < 0 && state.clear === null && state.due.every((due) => due === null),
  quiet(rule, signal, about) {
    if (signal.type !== 'reading') return true;
    const value = signal.values[rule.metric];
    return value === undefined || (!about.open && !isPast(rule, Number(value), (rule.levels[0] as Level).at));
  },
  due(state) {
    let soonest = state.clear;
    for (const due of state.due) if (due !== null && (soonest === null || due < soonest)) soonest = due;
    return soonest;
  },
};

function observe(rule: ThresholdRule, state: State, value: number, reading: { ts: number; rx: number }, at: At, about: Circumstances): void {
  state.value = value;
  let past = false;
  for (let i = 0; i < rule.levels.length; i++) {
    const beyond = isPast(rule, value, (rule.levels[i] as Level).at);
    past ||= beyond;
    state.due[i] = beyond && i > state.fired ? (state.due[i] ?? at.jt + rule.hold_s * 1000) : null;
  }
  if (past) state.since ??= { ts: reading.ts, rx: reading.rx };
  else if (state.fired < 0) state.since = null;
  const good = rule.op === '>=' ? value < rule.clear : value > rule.clear;
  // An alert of this cause may have been opened by the edge's own rule: the clear condition holds for it as well.
  state.clear = good && (state.fired >= 0 || about.open) ? (state.clear ?? at.jt + rule.clear_hold_s * 1000) : null;
}

function elapsed(rule: ThresholdRule, state: State, at: At, about: Circumstances): Finding[] {
  const { target } = about;
  if (state.clear !== null && state.clear <= at.jt) {
    state.clear = null;
    return [{ type: 'clear', target, causes: [rule.cause], at: at.rx, by: rule.id, event: null }];
  }
  for (let i = rule.levels.length - 1; i > state.fired; i--) {
    const due = state.due[i] ?? null;
    if (due === null || due > at.jt) continue;
    const level = rule.levels[i] as Level;
    state.fired = i;
    for (let j = 0; j <= i; j++) state.due[j] = null;
    const { ts, rx } = state.since ?? { ts: at.rx, rx: at.rx };
    const message = fillMessage(rule.message, rule.kind, rule.metric, state.value, level.at);
    const id = derivedId(target.device ?? '', rule.id, due);
    return [
      {
        type: 'raise',
        target,
        cause: rule.cause,
        severity: level.severity,
        rule: rule.id,
        id,
        event: null,
        ts,
        rx,
        value: state.value,
        limit: level.at,
        message,
        wantsCase: true,
        insists: false,
      },
    ];
  }
  return [];
}
