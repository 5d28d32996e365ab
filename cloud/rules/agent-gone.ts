import { absence } from './absence.ts';
import type { AgentGoneRule, RuleKind } from './rules.ts';

interface State {
  due: number | null;
}

/** An agent whose connection was cut and that has not come back within so many seconds while the cloud listened. One that said goodbye is never gone. */
export const agentGone: RuleKind<AgentGoneRule, State> = {
  type: 'agent-gone',
  judges: 'agent',
  signals: ['link', 'time'],
  clears: true,
  kindOf: () => null,
  initial: () => ({ due: null }),
  judge(rule, state, signal, at, { target, open }) {
    if (signal.type === 'link') {
      state.due = signal.up || signal.clean ? null : (state.due ?? at.jt + rule.after_s * 1000);
      return signal.up && open ? [{ type: 'clear', target, causes: [rule.cause], at: at.rx, by: rule.id, event: null }] : [];
    }
    if (signal.type !== 'time' || state.due === null || state.due > at.jt) return [];
    const raised = absence(rule, target, target.agent ?? '', state.due, at);
    state.due = null;
    return [raised];
  },
  idle: (state) => state.due === null,
  due: (state) => state.due,
};
