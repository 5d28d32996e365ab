import { expect, test } from 'vitest';
import { contextHistory } from '../../../../cloud/dashboard/app/history.ts';
import { aCase, anAlert } from '../../../kit/page-shapes.ts';

test('alert and case are one list, newest first; the alert’s joining is not said twice', () => {
  const alert = anAlert({ id: 'a', firstTs: 10, history: [{ at: 30, by: 'ann', action: 'ack', note: null }] });
  const one = aCase({
    id: 'c',
    history: [
      { at: 11, by: 'system', action: 'alert', from: null, to: 'reported', note: 'a' },
      { at: 20, by: 'system', action: 'register', from: 'reported', to: 'registered', note: null },
    ],
  });
  expect(contextHistory(alert, one).map(({ action }) => action)).toEqual(['ack', 'register', 'raised']);
  expect(contextHistory(null, one).map(({ action }) => action)).toEqual(['register', 'alert']);
});
