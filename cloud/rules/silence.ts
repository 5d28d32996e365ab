import { absence } from './absence.ts';
import type { RuleKind, SilenceRule } from './rules.ts';

interface State {
  /** Whether its silence counts now. */
  on: boolean;
  /** What is left of the patience while it does not count, ms; null: none was begun. */
  left: number | null;
  /** When the patience is over, in the journal's time. */
  due: number | null;
}

/**
 * A device that is silent for so many of its intervals is offline: an alert without a case. Silence counts only while the cloud listened
 * (the journal's time) and the device could have been heard (`counting`).
 */
export const silence: RuleKind<SilenceRule, State> = {
  type: 'silence',
  judges: 'device',
  signals: ['heard', 'counting', 'time', 'anew'],
  clears: true,
  kindOf: () => null,
  initial: () => ({ on: false, left: null, due: null }),
  judge(rule, state, signal, at, { target, interval_s, open }) {
    const patience = interval_s === null ? null : rule.intervals * interval_s * 1000;
    if (signal.type === 'time') {
      if (state.due === null || state.due > at.jt || patience === null) return [];
      const raised = absence(rule, target, target.device ?? '', state.due, at);
      state.due = null;
      state.left = null;
      return [raised];
    }
    if (signal.type === 'counting') {
      if (signal.on === state.on) return [];
      state.on = signal.on;
      if (state.on) state.due = state.left === null ? null : at.jt + state.left;
      else {
        state.left = state.due === null ? state.left : Math.max(0, state.due - at.jt);
        state.due = null;
      }
      // It was never heard and begins to count now: it has all its patience.
      if (state.on && state.due === null && !open && patience !== null) state.due = at.jt + patience;
      return [];
    }
    state.left = patience;
    state.due = state.on && patience !== null ? at.jt + patience : null;
    return signal.type === 'heard' && open ? [{ type: 'clear', target, causes: [rule.cause], at: at.rx, by: rule.id, event: null }] : [];
  },
  idle: () => false,
  due: (state) => state.due,
};
