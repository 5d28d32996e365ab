import { derivedId } from '../../devices/ids.ts';
import type { AgentGoneRule, At, Finding, SilenceRule, Target } from './rules.ts';

/** What a rule says of something that did not come by `due`, in the journal's time: no event, no value, no case; a replay makes the same id. */
export const absence = (rule: AgentGoneRule | SilenceRule, target: Target, subject: string, due: number, at: At): Finding => ({
  type: 'raise',
  target,
  cause: rule.cause,
  severity: rule.severity,
  rule: rule.id,
  id: derivedId(subject, rule.id, due),
  event: null,
  ts: at.rx,
  rx: at.rx,
  value: null,
  limit: null,
  message: rule.message,
  wantsCase: false,
  insists: false,
});
