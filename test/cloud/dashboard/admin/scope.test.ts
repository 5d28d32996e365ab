import { expect, test } from 'vitest';
import { scopeForm, scopeOf, usualScope } from '../../../../cloud/dashboard/admin/scope.ts';

test('a scope comes through its form, one id as a list', () => {
  expect(scopeOf(scopeForm({ all: true }))).toEqual({ all: true });
  expect(scopeOf(scopeForm({ grid: ['g1', 'g2'] }))).toEqual({ grid: ['g1', 'g2'] });
  expect(scopeOf(scopeForm({ site: 'school-1' }))).toEqual({ site: ['school-1'] });
});
test('a school is not offered everything first', () => {
  expect(['school', 'gridworker', 'handler', 'dispatcher'].map(usualScope)).toEqual(['site', 'grid', 'department', 'all']);
});
