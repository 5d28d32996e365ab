import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { Rule, seedRules } from '../../../cloud/rules/rules.ts';
import { kinds } from '../../../devices/kinds/kinds.ts';

describe('the rules out of the box', () => {
  const rules = seedRules();
  it('are valid, each with an id of its own', () => {
    const check = Compile(Rule);
    for (const rule of rules) expect(check.Check(rule), rule.id).toBe(true);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });
  it('cover every limit and every raising event of every kind', () => {
    for (const kind of kinds) {
      for (const limit of kind.limits) expect(rules).toContainEqual(expect.objectContaining({ type: 'threshold', kind: kind.id, cause: limit.cause, hold_s: limit.hold_s }));
      for (const [event, spec] of Object.entries(kind.events))
        if (spec.effect === 'raises') expect(rules).toContainEqual(expect.objectContaining({ type: 'event', kind: kind.id, event, cause: spec.cause }));
    }
  });
  it('hold the numbers of the contract for a cover', () => {
    expect(rules.find(({ id }) => id === 'manhole-cover.tilt')).toMatchObject({
      levels: [
        { at: 15, severity: 'warning' },
        { at: 45, severity: 'critical' },
      ],
      hold_s: 3,
      clear: 5,
      clear_hold_s: 600,
    });
    expect(rules.find(({ type }) => type === 'silence')).toMatchObject({ intervals: 2.5 });
    expect(rules.find(({ type }) => type === 'agent-gone')).toMatchObject({ after_s: 60 });
  });
});
