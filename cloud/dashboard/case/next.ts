import type { Case, Stage } from '../app/shapes.ts';

/** Which act comes next, for whoever looks at the case. Pure: what is allowed stands in the case itself. */
export interface Offer {
  action: string;
  /** What must be there first; empty: it may be done now. */
  missing: readonly string[];
}
export interface Offers {
  /** The next step, when it is this person's; null: it is somebody else's, or there is none. */
  primary: Offer | null;
  /** What else may be done now, in a steady order. */
  others: readonly string[];
  /** The next step, whoever does it; null at the end. */
  awaited: string | null;
}

const forward: Record<Stage, readonly string[]> = {
  reported: ['register'],
  registered: ['dispatch'],
  dispatched: ['accept'],
  handling: ['feedback'],
  feedback: ['check'],
  checking: ['pass', 'close'],
  closed: [],
  void: [],
};
const sideways = ['rework', 'return', 'void', 'reopen', 'evaluate'];
/** Acts that undo work or end it: they are not recorded without a reason. */
const reasoned: ReadonlySet<string> = new Set(['rework', 'return', 'void', 'reopen']);
export const needsReason = (action: string): boolean => reasoned.has(action);
/** Acts in which a person tells something: their words are asked for, not demanded. */
export const tells = (action: string): boolean => action === 'feedback' || action === 'evaluate';

export function offersOf(one: Pick<Case, 'stage' | 'actions' | 'blocked' | 'passed'>): Offers {
  const blocked = one.blocked ?? [];
  const steps = one.stage === 'checking' && one.passed ? ['close'] : (forward[one.stage] ?? []);
  const may = (action: string): Offer | null => {
    if (one.actions.includes(action)) return { action, missing: [] };
    return blocked.find((offer) => offer.action === action) ?? null;
  };
  const awaited = steps[0] ?? null;
  return {
    // Only the first step: a close that waits for the verdict is not offered while the verdict is somebody else's.
    primary: awaited === null ? null : (may(awaited) ?? (one.actions.includes(steps[1] ?? '') ? may(steps[1] as string) : null)),
    others: sideways.filter((action) => one.actions.includes(action)),
    awaited,
  };
}
