import { expect, test } from 'vitest';
import { focusOf } from '../../../../cloud/dashboard/app/focus.ts';
import { aCase, anAlert } from '../../../kit/page-shapes.ts';

const alerts = [
  anAlert({ id: 'a1', device: 'd1', case: 'c1' }),
  anAlert({ id: 'a2', device: 'd1', severity: 'critical', case: 'c2' }),
  anAlert({ id: 'gone', device: null, agent: 'gw-1' }),
];
const cases = [aCase({ id: 'c1', device: 'd1' }), aCase({ id: 'c9', device: 'd9' })];

test('from an alert follow its device and its case', () => {
  expect(focusOf({ alert: 'a1' }, alerts, cases)).toEqual({ alert: 'a1', device: 'd1', case: 'c1' });
  expect(focusOf({ alert: 'gone' }, alerts, cases)).toEqual({ alert: 'gone', device: null, case: null });
});
test('from a device follow its worst alert and that one’s case, or its open case', () => {
  expect(focusOf({ device: 'd1' }, alerts, cases)).toEqual({ alert: 'a2', device: 'd1', case: 'c2' });
  expect(focusOf({ device: 'd9' }, alerts, cases)).toEqual({ alert: null, device: 'd9', case: 'c9' });
});
test('from a case follow its alert and its device', () => {
  expect(focusOf({ case: 'c1' }, alerts, cases)).toEqual({ alert: 'a1', device: 'd1', case: 'c1' });
});
test('an alert that is not in the live view is still the one that is selected', () => {
  expect(focusOf({ alert: 'old' }, alerts, cases)).toEqual({ alert: 'old', device: null, case: null });
  expect(focusOf({}, alerts, cases)).toEqual({ alert: null, device: null, case: null });
});
