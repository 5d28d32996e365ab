import type { Case, CaseAct } from '../app/shapes.ts';

/** What must be true before a case may be closed, as far as the cloud asks for it now. Pure. */
export interface Condition {
  name: 'before-photo' | 'after-photo' | 'verdict';
  met: boolean;
  /** Photos of that role; 0 for the verdict. */
  count: number;
  /** Who gave the verdict. */
  act: CaseAct | null;
}

/** The verdict that holds: a rework or a reopening takes an older one away. */
export function verdictOf(one: Pick<Case, 'history' | 'passed' | 'stage'>): CaseAct | null {
  const last = one.history.findLast((act) => ['pass', 'rework', 'reopen', 'return'].includes(act.action));
  return last?.action === 'pass' && one.passed !== false ? last : null;
}

export function conditionsOf(one: Pick<Case, 'history' | 'passed' | 'photos' | 'stage'>): Condition[] {
  const of = (role: string) => one.photos.filter((photo) => photo.role === role).length;
  const verdict = verdictOf(one);
  return [
    { name: 'before-photo', met: of('before') > 0, count: of('before'), act: null },
    { name: 'after-photo', met: of('after') > 0, count: of('after'), act: null },
    { name: 'verdict', met: verdict !== null, count: 0, act: verdict },
  ];
}
