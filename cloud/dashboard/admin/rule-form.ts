import type { Severity, Text } from '../app/shapes.ts';

/** A rule as GET /api/rules shows it. */
interface Common {
  id: string;
  enabled: boolean;
  label: Text;
  cause: string;
  message: Text;
}
export type Rule =
  | (Common & {
      type: 'threshold';
      kind: string;
      metric: string;
      op: '>=' | '<=';
      levels: { at: number; severity: Severity }[];
      hold_s: number;
      clear: number;
      clear_hold_s: number;
    })
  | (Common & { type: 'event'; kind: string; event: string; severity: Severity })
  | (Common & { type: 'silence'; intervals: number; severity: Severity })
  | (Common & { type: 'agent-gone'; after_s: number; severity: Severity });

/** What of a rule a person may change, every number a text. Pure. */
export interface RuleForm {
  levels: { at: string; severity: Severity }[];
  hold_s: string;
  clear: string;
  clear_hold_s: string;
  severity: Severity;
  intervals: string;
  after_s: string;
}
export function ruleForm(rule: Rule): RuleForm {
  const threshold = rule.type === 'threshold' ? rule : null;
  return {
    levels: (threshold?.levels ?? []).map((level) => ({ at: String(level.at), severity: level.severity })),
    hold_s: String(threshold?.hold_s ?? ''),
    clear: String(threshold?.clear ?? ''),
    clear_hold_s: String(threshold?.clear_hold_s ?? ''),
    severity: rule.type === 'threshold' ? 'warning' : rule.severity,
    intervals: rule.type === 'silence' ? String(rule.intervals) : '',
    after_s: rule.type === 'agent-gone' ? String(rule.after_s) : '',
  };
}
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text.trim().replace('−', '-')));

/** The whole rule with the form's changes; or the keys whose numbers cannot be read. */
export function ruleOf(before: Rule, form: RuleForm): { rule: Rule } | { wrong: string[] } {
  const wrong: string[] = [];
  const read = (key: string, text: string): number => {
    const value = numberOf(text);
    if (!Number.isFinite(value)) wrong.push(key);
    return value;
  };
  let rule: Rule;
  if (before.type === 'threshold') {
    rule = {
      ...before,
      levels: form.levels.map((level) => ({ at: read('levels', level.at), severity: level.severity })),
      hold_s: read('hold_s', form.hold_s),
      clear: read('clear', form.clear),
      clear_hold_s: read('clear_hold_s', form.clear_hold_s),
    };
  } else if (before.type === 'silence') rule = { ...before, intervals: read('intervals', form.intervals), severity: form.severity };
  else if (before.type === 'agent-gone') rule = { ...before, after_s: read('after_s', form.after_s), severity: form.severity };
  else rule = { ...before, severity: form.severity };
  return wrong.length > 0 ? { wrong: [...new Set(wrong)] } : { rule };
}
/** `≥` and `≤` as people read them; the other way for what ends it. */
export const sign = (op: '>=' | '<=') => (op === '>=' ? '≥' : '≤');
export const clearSign = (op: '>=' | '<=') => (op === '>=' ? '<' : '>');
