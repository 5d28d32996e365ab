/**
 * The door of the rules: reading or event → finding. Pure: the same input in the same order gives the same findings; time is handed in.
 */
import Type, { type Static } from 'typebox';
import { idPattern } from '../../devices/ids.ts';

const Severity = Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('critical')]);
const Text = Type.Object({ zh: Type.String({ maxLength: 200 }), en: Type.String({ maxLength: 200 }) });
const common = {
  id: Type.String({ pattern: idPattern }),
  enabled: Type.Boolean(),
  label: Text,
  cause: Type.String({ pattern: idPattern }),
};

/** A limit on a metric, with hold and hysteresis. */
export const ThresholdRule = Type.Object({
  ...common,
  type: Type.Literal('threshold'),
  /** The device kind it judges. */
  kind: Type.String(),
  metric: Type.String(),
  op: Type.Union([Type.Literal('>='), Type.Literal('<=')]),
  /** Mildest first. */
  levels: Type.Array(Type.Object({ at: Type.Number(), severity: Severity }), { minItems: 1, maxItems: 3 }),
  hold_s: Type.Number({ minimum: 0, maximum: 86_400 }),
  clear: Type.Number(),
  clear_hold_s: Type.Number({ minimum: 0, maximum: 86_400 }),
  message: Text,
});
/** A raising event of a kind. */
export const EventRule = Type.Object({ ...common, type: Type.Literal('event'), kind: Type.String(), event: Type.String(), severity: Severity, message: Text });
/** A device silent for so many of its intervals. */
export const SilenceRule = Type.Object({ ...common, type: Type.Literal('silence'), intervals: Type.Number({ minimum: 1, maximum: 1000 }), severity: Severity, message: Text });
/** An agent that is gone for so many seconds. */
export const AgentGoneRule = Type.Object({ ...common, type: Type.Literal('agent-gone'), after_s: Type.Number({ minimum: 1, maximum: 86_400 }), severity: Severity, message: Text });

export const Rule = Type.Union([ThresholdRule, EventRule, SilenceRule, AgentGoneRule]);
export type ThresholdRule = Static<typeof ThresholdRule>;
export type EventRule = Static<typeof EventRule>;
export type SilenceRule = Static<typeof SilenceRule>;
export type AgentGoneRule = Static<typeof AgentGoneRule>;
export type Rule = Static<typeof Rule>;
