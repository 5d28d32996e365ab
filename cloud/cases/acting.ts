/** What an action makes of a case. Pure: what may not be is thrown as a refusal that says what may. */
import type { Viewer } from '../accounts/accounts.ts';
import { conflict, invalid, Refusal } from '../refusal.ts';
import type { CaseRecord } from './case.ts';
import { type Action, fits, isOpen, legal, mayDo, missing, stepOf } from './steps.ts';

export interface CaseAct {
  action: Action;
  /** Of the case as the person saw it. */
  version: number;
  note?: string | undefined;
  /** Of `dispatch`; without it, the department that the case has. */
  department?: string | undefined;
}

/** What the refusal tells, so that the page can say who was quicker. */
function present(record: CaseRecord, viewer: Viewer) {
  const last = record.history.at(-1);
  return {
    legal: legal(record, viewer),
    version: record.version,
    stage: record.stage,
    last: last ? { at: last.at, by: last.by, action: last.action } : null,
  };
}

/** Throws 409 with `legal` and `version` unless the case may be added to. */
export function mustBeOpen(record: CaseRecord, viewer: Viewer): void {
  if (!isOpen(record.stage)) throw conflict(`The case is ${record.stage}; photos are taken while it is open.`, present(record, viewer));
}

export function acted(record: CaseRecord, act: CaseAct, viewer: Viewer, at: number): CaseRecord {
  const { action } = act;
  if (!mayDo(record, viewer, action)) throw new Refusal('forbidden', `Your role or department may not ${action} this case.`, present(record, viewer));
  if (act.version !== record.version) {
    const last = record.history.at(-1);
    throw conflict(
      `The case has changed since version ${act.version}${last ? `: ${last.by} did "${last.action}"` : ''}; it is ${record.stage} now, version ${record.version}.`,
      present(record, viewer),
    );
  }
  if (!fits(record, action)) throw conflict(`A case that is ${record.stage}${record.passed ? ' and passed' : ''} does not take "${action}".`, present(record, viewer));
  const lacking = missing(record, action);
  if (lacking.length > 0) throw conflict(`"${action}" needs first: ${lacking.join(', ')}.`, { ...present(record, viewer), missing: lacking });

  const step = stepOf(action);
  const to = step.to ?? record.stage;
  return {
    ...record,
    ...(action === 'dispatch' ? dispatched(record, act) : {}),
    ...(action === 'accept' ? { assignee: viewer.username } : {}),
    ...(action === 'return' || action === 'reopen' || action === 'dispatch' ? { assignee: null } : {}),
    ...(action === 'pass' ? { passed: true } : {}),
    ...(action === 'rework' ? { reworks: record.reworks + 1, passed: false } : {}),
    ...(action === 'reopen' ? { passed: false } : {}),
    stage: to,
    version: record.version + 1,
    history: [...record.history, { at, by: viewer.username, action, from: record.stage, to, note: act.note ?? null }],
  };
}

function dispatched(record: CaseRecord, act: CaseAct): Pick<CaseRecord, 'department' | 'departments'> {
  const department = act.department ?? record.department;
  if (department === null) throw invalid([{ key: 'department', value: undefined, allowed: 'is required: the id of a department' }]);
  return { department, departments: [...new Set([...record.departments, department])] };
}
