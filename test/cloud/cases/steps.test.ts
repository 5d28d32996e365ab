import { describe, expect, test } from 'vitest';
import { roles } from '../../../cloud/accounts/accounts.ts';
import { type Action, actions, blocked, isOpen, legal, type Situation, type Stage, stages } from '../../../cloud/cases/steps.ts';
import { photoRecord, someone } from '../../kit/case.ts';

/** The contract, written down once more: action → from which stages. */
const from: Record<Action, Stage[]> = {
  register: ['reported'],
  dispatch: ['registered'],
  accept: ['dispatched'],
  feedback: ['handling'],
  check: ['feedback'],
  pass: ['checking'],
  close: ['checking'],
  rework: ['feedback', 'checking'],
  return: ['dispatched'],
  void: ['reported', 'registered', 'dispatched'],
  reopen: ['closed', 'void'],
  note: ['reported', 'registered', 'dispatched', 'handling', 'feedback', 'checking'],
  evaluate: ['closed'],
};
const who: Record<Action, string[]> = {
  register: ['dispatcher'],
  dispatch: ['dispatcher'],
  accept: ['handler'],
  feedback: ['handler'],
  check: ['gridworker', 'dispatcher'],
  pass: ['gridworker', 'dispatcher'],
  close: ['dispatcher'],
  rework: ['gridworker', 'dispatcher'],
  return: ['handler', 'dispatcher'],
  void: ['dispatcher'],
  reopen: ['dispatcher'],
  note: ['dispatcher', 'handler', 'gridworker'],
  evaluate: ['dispatcher'],
};
const photos = [photoRecord('before'), photoRecord('after')];
const ready = (stage: Stage, passed: boolean): Situation => ({ stage, department: 'dept-a', passed, photos });

describe.each(roles)('a %s', (role) => {
  test.each(stages)('may do in stage %s what the contract says, and nothing else', (stage) => {
    for (const passed of [false, true]) {
      const expected = actions.filter((action) => {
        if (!from[action].includes(stage)) return false;
        if (action === 'pass' && passed) return false;
        if (action === 'close' && !passed) return false;
        return role === 'administrator' || who[action].includes(role);
      });
      expect(legal(ready(stage, passed), someone(role))).toEqual(expected);
    }
  });
});

test('an administrator may move a case through every stage to its close', () => {
  const administrator = someone('administrator');
  expect(stages.filter((stage) => legal(ready(stage, stage === 'checking'), administrator).length === 0)).toEqual([]);
});

test('a handler acts for its own department alone; who dispatches is not bound', () => {
  const mine = someone('handler', { department: ['dept-a'] });
  const other = someone('handler', { department: ['dept-b'] });
  const situation = ready('dispatched', false);
  expect(legal(situation, mine)).toEqual(['accept', 'return', 'note']);
  expect(legal(situation, other)).toEqual(['note']);
  expect(legal({ ...situation, department: null }, mine)).toEqual(['note']);
  expect(legal(situation, someone('dispatcher', { department: ['dept-b'] }))).toContain('return');
});

test('pass needs a photo before and one after, close the verdict; what is missing is told', () => {
  const checker = someone('dispatcher');
  const checking = (roles: ('before' | 'after' | 'other')[], passed = false): Situation => ({ stage: 'checking', department: null, passed, photos: roles.map(photoRecord) });
  expect(legal(checking([]), checker)).not.toContain('pass');
  expect(blocked(checking([]), checker)).toEqual([
    { action: 'pass', missing: ['before-photo', 'after-photo'] },
    { action: 'close', missing: ['verdict'] },
  ]);
  expect(blocked(checking(['before', 'other']), checker)[0]).toEqual({ action: 'pass', missing: ['after-photo'] });
  expect(legal(checking(['before', 'after']), checker)).toEqual(['pass', 'rework', 'note']);
  expect(legal(checking(['before', 'after'], true), checker)).toEqual(['close', 'rework', 'note']);
  expect(blocked(checking(['before', 'after'], true), checker)).toEqual([]);
});

test('what is closed or void is open no more', () => {
  expect(stages.filter((stage) => !isOpen(stage))).toEqual(['closed', 'void']);
});
