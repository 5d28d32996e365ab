import { expect, test } from 'vitest';
import { needsReason, offersOf } from '../../../../cloud/dashboard/case/next.ts';

test('the next step by name is the primary one, when it is this person’s', () => {
  expect(offersOf({ stage: 'registered', actions: ['void', 'dispatch', 'note'], passed: false })).toEqual({
    primary: { action: 'dispatch', missing: [] },
    others: ['void'],
    awaited: 'dispatch',
  });
});
test('what could be done but for something missing is offered and says what', () => {
  const { primary } = offersOf({
    stage: 'checking',
    actions: ['rework'],
    blocked: [
      { action: 'pass', missing: ['after-photo'] },
      { action: 'close', missing: ['verdict'] },
    ],
    passed: false,
  });
  expect(primary).toEqual({ action: 'pass', missing: ['after-photo'] });
});
test('after the verdict the next step is the close; whoever may not close sees whose turn it is', () => {
  expect(offersOf({ stage: 'checking', actions: ['close', 'rework'], passed: true }).primary).toEqual({ action: 'close', missing: [] });
  expect(offersOf({ stage: 'checking', actions: ['rework'], passed: true })).toMatchObject({ primary: null, awaited: 'close' });
});
test('a close that waits for somebody else’s verdict is not offered', () => {
  expect(offersOf({ stage: 'checking', actions: [], blocked: [{ action: 'close', missing: ['verdict'] }], passed: false }).primary).toBeNull();
});
test('an ended case has no next step, and may be reopened', () => {
  expect(offersOf({ stage: 'closed', actions: ['reopen', 'evaluate'] })).toEqual({ primary: null, others: ['reopen', 'evaluate'], awaited: null });
});
test('what undoes work or ends it wants a reason', () => {
  expect(['rework', 'return', 'void', 'reopen'].every(needsReason)).toBe(true);
  expect(['accept', 'pass', 'close', 'feedback'].some(needsReason)).toBe(false);
});
