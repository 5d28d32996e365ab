import { expect, test } from 'vitest';
import { acted } from '../../../cloud/cases/acting.ts';
import type { CaseRecord } from '../../../cloud/cases/case.ts';
import { type Action, actions, legal, stages } from '../../../cloud/cases/steps.ts';
import { Refusal } from '../../../cloud/refusal.ts';
import { caseRecord, photoRecord, someone } from '../../kit/case.ts';

const administrator = someone('administrator', { all: true }, 'admin');
const act = (record: CaseRecord, action: Action, over: object = {}) => acted(record, { action, version: record.version, ...over }, administrator, 1000);
const refusal = (run: () => unknown): Refusal => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
};

test('every action in every stage either moves the case as the table says, or is a 409 that tells what may be done', () => {
  const photos = [photoRecord('before'), photoRecord('after')];
  for (const stage of stages)
    for (const passed of [false, true])
      for (const action of actions) {
        const record = caseRecord({ stage, passed, photos });
        const allowed = legal(record, administrator);
        if (allowed.includes(action)) {
          const after = act(record, action);
          expect(after.version).toBe(4);
          expect(after.history.at(-1)).toEqual({ at: 1000, by: 'admin', action, from: stage, to: after.stage, note: null });
        } else expect(refusal(() => act(record, action))).toMatchObject({ refusal: 'conflict', more: { legal: allowed, version: 3, stage } });
      }
});

test('a case goes from reported to closed, and every act is in its history', () => {
  let record = caseRecord({ stage: 'reported', version: 1, photos: [photoRecord('before'), photoRecord('after')] });
  for (const action of ['register', 'dispatch', 'accept', 'feedback', 'check', 'rework', 'feedback', 'check', 'pass', 'close', 'evaluate', 'reopen', 'void'] as const) {
    record = act(record, action, { note: `my ${action}` });
  }
  expect(record.history.slice(1).map(({ action, from, to }) => `${from} ${action} ${to}`)).toEqual([
    'reported register registered',
    'registered dispatch dispatched',
    'dispatched accept handling',
    'handling feedback feedback',
    'feedback check checking',
    'checking rework handling',
    'handling feedback feedback',
    'feedback check checking',
    'checking pass checking',
    'checking close closed',
    'closed evaluate closed',
    'closed reopen registered',
    'registered void void',
  ]);
  expect(record.version).toBe(14);
  expect(record.reworks).toBe(1);
  expect(record.history.at(-1)?.note).toBe('my void');
});

test('a verdict does not outlive a rework or a reopening', () => {
  const passed = caseRecord({ stage: 'checking', passed: true, photos: [photoRecord('before'), photoRecord('after')] });
  expect(act(passed, 'rework').passed).toBe(false);
  expect(act(act(passed, 'close'), 'reopen').passed).toBe(false);
});

test('dispatch names the department or keeps the one there is; the former ones stay among those who had it', () => {
  const moved = act(caseRecord(), 'dispatch', { department: 'dept-power' });
  expect(moved).toMatchObject({ department: 'dept-power', departments: ['dept-drainage', 'dept-power'] });
  expect(act(caseRecord(), 'dispatch').department).toBe('dept-drainage');
  expect(refusal(() => act(caseRecord({ department: null }), 'dispatch'))).toMatchObject({ refusal: 'invalid', faults: [{ key: 'department' }] });
});

test('whoever accepts has it until it is given away', () => {
  const accepted = act(act(caseRecord(), 'dispatch'), 'accept');
  expect(accepted.assignee).toBe('admin');
  expect(act(act(caseRecord({ stage: 'closed', assignee: 'admin' }), 'reopen'), 'dispatch').assignee).toBeNull();
});

test('a stale version is a 409 that says who was quicker, when, and what may be done now', () => {
  const first = act(caseRecord(), 'dispatch');
  const error = refusal(() => acted(first, { action: 'dispatch', version: 3 }, administrator, 2000));
  expect(error.more).toEqual({ legal: ['accept', 'return', 'void', 'note'], version: 4, stage: 'dispatched', last: { at: 1000, by: 'admin', action: 'dispatch' } });
});

test('a role that may not is told so, whatever the stage', () => {
  for (const stage of stages) expect(refusal(() => acted(caseRecord({ stage }), { action: 'close', version: 3 }, someone('viewer'), 1)).refusal).toBe('forbidden');
  expect(refusal(() => acted(caseRecord({ stage: 'dispatched' }), { action: 'accept', version: 3 }, someone('handler', { department: ['dept-x'] }), 1)).refusal).toBe('forbidden');
});

test('an act changes nothing of the record that it was given', () => {
  const record = caseRecord();
  const before = structuredClone(record);
  act(record, 'dispatch', { department: 'dept-b' });
  expect(record).toEqual(before);
});
