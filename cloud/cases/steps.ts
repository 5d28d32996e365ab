/** How a case moves: one table, and what follows from it for whoever asks. Pure. */
import { type Act, may, type Role } from '../accounts/accounts.ts';
import type { Scope } from '../scope.ts';

export const stages = ['reported', 'registered', 'dispatched', 'handling', 'feedback', 'checking', 'closed', 'void'] as const;
export type Stage = (typeof stages)[number];
export const openStages: readonly Stage[] = ['reported', 'registered', 'dispatched', 'handling', 'feedback', 'checking'];
export const isOpen = (stage: Stage): boolean => openStages.includes(stage);

/** What must be there first, besides the stage; whoever may do the step may see to it. */
export const needs = ['before-photo', 'after-photo', 'verdict'] as const;
export type Need = (typeof needs)[number];

interface Step {
  from: readonly Stage[];
  /** null: it stays where it is. */
  to: Stage | null;
  /** The right that it takes: the roles stand in cloud/accounts/rights.ts, the administrator has every one. */
  right: Act;
  needs?: readonly Need[];
  /** A handler does it for the department that has the case, no other. */
  ofDepartment?: true;
  /** Only while no verdict has been given. */
  once?: true;
}

export const steps = {
  register: { from: ['reported'], to: 'registered', right: 'case:register' },
  dispatch: { from: ['registered'], to: 'dispatched', right: 'case:dispatch' },
  accept: { from: ['dispatched'], to: 'handling', right: 'case:accept', ofDepartment: true },
  feedback: { from: ['handling'], to: 'feedback', right: 'case:feedback', ofDepartment: true },
  check: { from: ['feedback'], to: 'checking', right: 'case:check' },
  pass: { from: ['checking'], to: null, right: 'case:pass', needs: ['before-photo', 'after-photo'], once: true },
  close: { from: ['checking'], to: 'closed', right: 'case:close', needs: ['verdict'] },
  rework: { from: ['feedback', 'checking'], to: 'handling', right: 'case:rework' },
  return: { from: ['dispatched'], to: 'registered', right: 'case:return', ofDepartment: true },
  void: { from: ['reported', 'registered', 'dispatched'], to: 'void', right: 'case:void' },
  reopen: { from: ['closed', 'void'], to: 'registered', right: 'case:reopen' },
  note: { from: openStages, to: null, right: 'case:note' },
  evaluate: { from: ['closed'], to: null, right: 'case:evaluate' },
} as const satisfies Record<string, Step>;

export type Action = keyof typeof steps;
export const actions = Object.keys(steps) as Action[];
export const stepOf = (action: Action): Step => steps[action];

/** What of a case decides which steps there are. */
export interface Situation {
  stage: Stage;
  department: string | null;
  passed: boolean;
  photos: readonly { role: string }[];
}
/** Whoever asks. */
export interface Actor {
  role: Role;
  scope: Scope;
}

export function missing(situation: Situation, action: Action): Need[] {
  const there: Record<Need, boolean> = {
    'before-photo': situation.photos.some(({ role }) => role === 'before'),
    'after-photo': situation.photos.some(({ role }) => role === 'after'),
    verdict: situation.passed,
  };
  return (stepOf(action).needs ?? []).filter((need) => !there[need]);
}

/** Whether this one may do it at all, on this case, in its present stage or another. */
export function mayDo(situation: Pick<Situation, 'department'>, actor: Actor, action: Action): boolean {
  const step = stepOf(action);
  if (!may(actor, step.right)) return false;
  const ownOnly = step.ofDepartment && actor.role === 'handler' && 'department' in actor.scope;
  return !ownOnly || (situation.department !== null && (actor.scope as { department: string[] }).department.includes(situation.department));
}

export const fits = ({ stage, passed }: Situation, action: Action): boolean => {
  const step = stepOf(action);
  return step.from.includes(stage) && !(step.once && passed);
};

/** What this one may do now. */
export const legal = (situation: Situation, actor: Actor): Action[] =>
  actions.filter((action) => fits(situation, action) && mayDo(situation, actor, action) && missing(situation, action).length === 0);

/** What this one could do now, were it not for what is missing. */
export const blocked = (situation: Situation, actor: Actor): { action: Action; missing: Need[] }[] =>
  actions
    .filter((action) => fits(situation, action) && mayDo(situation, actor, action))
    .map((action) => ({ action, missing: missing(situation, action) }))
    .filter((one) => one.missing.length > 0);
