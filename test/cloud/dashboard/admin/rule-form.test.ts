import { expect, test } from 'vitest';
import { type Rule, ruleForm, ruleOf } from '../../../../cloud/dashboard/admin/rule-form.ts';
import { seedRules } from '../../../../cloud/rules/rules.ts';

const rules = seedRules() as Rule[];
const tilt = rules.find((rule) => rule.id === 'manhole-cover.tilt') as Extract<Rule, { type: 'threshold' }>;

test('every rule out of the box comes through its form unchanged', () => {
  for (const rule of rules) expect(ruleOf(rule, ruleForm(rule))).toEqual({ rule });
});
test('limits, hold and clear may be changed; what it judges stays', () => {
  const made = ruleOf(tilt, { ...ruleForm(tilt), levels: [{ at: ' 12.5 ', severity: 'critical' }], hold_s: '5', clear: '−3' });
  expect(made).toEqual({ rule: { ...tilt, levels: [{ at: 12.5, severity: 'critical' }], hold_s: 5, clear: -3 } });
});
test('what is no number is named once', () => {
  const form = ruleForm(tilt);
  expect(ruleOf(tilt, { ...form, levels: form.levels.map((level) => ({ ...level, at: '' })), hold_s: 'long' })).toEqual({ wrong: ['levels', 'hold_s'] });
});
