import { agentGone } from './agent-gone.ts';
import { event } from './event.ts';
import type { RuleKind } from './rules.ts';
import { silence } from './silence.ts';
import { threshold } from './threshold.ts';

/** The kinds of rule. One more is one new file and one line here. */
export const ruleKinds: readonly RuleKind[] = [threshold, event, silence, agentGone] as unknown as RuleKind[];
