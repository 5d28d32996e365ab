import { expect, test } from 'vitest';
import { argumentValue } from '../../../../cloud/dashboard/device/arguments.ts';

const label = { zh: '', en: '' };
test('a number is taken within its bounds, a whole one only whole', () => {
  const level = { type: 'number' as const, label, min: 0, max: 100 };
  expect(['55.5', ' 0 ', '100', '101', '-1', '', 'x', 'Infinity'].map((typed) => argumentValue(level, typed))).toEqual([55.5, 0, 100, null, null, null, null, null]);
  expect(argumentValue({ type: 'integer', label, min: 1 }, '1.5')).toBeNull();
});
test('a text is taken up to its length, never empty', () => {
  const text = { type: 'string' as const, label, maxLength: 5 };
  expect([' 喊话 ', '123456', ' '].map((typed) => argumentValue(text, typed))).toEqual(['喊话', null, null]);
});
