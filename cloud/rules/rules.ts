/**
 * The door of the rules: reading or event → finding. Pure: the same input in the same order gives the same findings; time is handed in.
 */
import Type, { type Static } from 'typebox';
import { idPattern } from '../../devices/ids.ts';
import type { Severity, Text, Values } from '../../devices/kinds/kinds.ts';

const SeverityName = Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('critical')]);
const strict = { additionalProperties: false };
const TextPair = Type.Object({ zh: Type.String({ maxLength: 200 }), en: Type.String({ maxLength: 200 }) }, strict);
const common = {
  id: Type.String({ pattern: idPattern }),
  enabled: Type.Boolean(),
  label: TextPair,
  cause: Type.String({ pattern: idPattern }),
};

/** A limit on a metric, with hold and hysteresis. */
export const ThresholdRule = Type.Object(
  {
    ...common,
    type: Type.Literal('threshold'),
    /** The device kind it judges. */
    kind: Type.String(),
    metric: Type.String(),
    op: Type.Union([Type.Literal('>='), Type.Literal('<=')]),
    /** Mildest first. */
    levels: Type.Array(Type.Object({ at: Type.Number(), severity: SeverityName }, strict), { minItems: 1, maxItems: 3 }),
    hold_s: Type.Number({ minimum: 0, maximum: 86_400 }),
    clear: Type.Number(),
    clear_hold_s: Type.Number({ minimum: 0, maximum: 86_400 }),
    message: TextPair,
  },
  strict,
);
/** A raising event of a kind. */
export const EventRule = Type.Object({ ...common, type: Type.Literal('event'), kind: Type.String(), event: Type.String(), severity: SeverityName, message: TextPair }, strict);
/** A device silent for so many of its intervals. */
export const SilenceRule = Type.Object(
  {
    ...common,
    type: Type.Literal('silence'),
    intervals: Type.Number({ minimum: 1, maximum: 1000 }),
    severity: SeverityName,
    message: TextPair,
  },
  strict,
);
/** An agent that is gone for so many seconds. */
export const AgentGoneRule = Type.Object(
  {
    ...common,
    type: Type.Literal('agent-gone'),
    after_s: Type.Number({ minimum: 1, maximum: 86_400 }),
    severity: SeverityName,
    message: TextPair,
  },
  strict,
);

export const Rule = Type.Union([ThresholdRule, EventRule, SilenceRule, AgentGoneRule]);
export type ThresholdRule = Static<typeof ThresholdRule>;
export type EventRule = Static<typeof EventRule>;
export type SilenceRule = Static<typeof SilenceRule>;
export type AgentGoneRule = Static<typeof AgentGoneRule>;
export type Rule = Static<typeof Rule>;

/** What an alert is about: a device, or an agent that is gone. */
export type Target = { device: string; agent: null } | { device: null; agent: string };

/** What the rules found. Pure data; what becomes of it is the alerts' matter. */
export type Finding =
  | {
      type: 'raise';
      target: Target;
      cause: string;
      severity: Severity;
      rule: string;
      /** Of the alert, should this open one: the event's, or made from device, rule and due time. */
      id: string;
      /** The event that raised it; null for a rule of its own. */
      event: string | null;
      /** Device time and receive time of what raised it, ms. */
      ts: number;
      rx: number;
      value: number | null;
      limit: number | null;
      message: Text;
      /** false: silence and absence are alerts without a case. */
      wantsCase: boolean;
      /** It may come again while acknowledged and is then firing anew (an SOS). */
      insists: boolean;
    }
  | { type: 'clear'; target: Target; causes: readonly string[]; at: number; by: string; event: string | null }
  | { type: 'note'; target: Target; cause: string; at: number; action: string; event: string };

/** The journal's time and the wall clock of the row being judged, ms. */
export interface At {
  jt: number;
  rx: number;
}

/** What a rule is told. */
export type Signal =
  /** The newest reading of the device. */
  | { type: 'reading'; values: Values; ts: number; rx: number }
  | { type: 'event'; event: { id: string; kind: string; ts: number; rx: number; data: Record<string, number | string | boolean> } }
  /** Anything came from the device. */
  | { type: 'heard' }
  /** Whether the device's silence counts from now on. */
  | { type: 'counting'; on: boolean }
  /** The agent is connected; or it is not, said so itself (`clean`) or was cut. */
  | { type: 'link'; up: boolean; clean: boolean }
  /** The due time that the rule asked for has passed. */
  | { type: 'time' }
  /** Its alert has ended, whatever ended it: everything begins anew. */
  | { type: 'anew' };

/** What a rule may ask about the one it judges. */
export interface Circumstances {
  target: Target;
  /** Device kind; empty for an agent. */
  kind: string;
  interval_s: number | null;
  /** Whether an alert of the rule's cause is open. */
  open: boolean;
}

/**
 * One kind of rule. One more is one new file and one line in `rule-kinds.ts`. It keeps no clock and no memory but `state`, which it may change
 * and which is kept with the consumer's cursor; it must survive JSON.
 */
export interface RuleKind<R extends Rule = Rule, S = unknown> {
  type: R['type'];
  judges: 'device' | 'agent';
  /** The signals it wants, `time` among them where it has due times. */
  signals: readonly Signal['type'][];
  /** The device kind it is for; null: all. */
  kindOf(rule: R): string | null;
  initial(): S;
  judge(rule: R, state: S, signal: Signal, at: At, about: Circumstances): Finding[];
  /** Whether the state says no more than `initial()` does: it need not be kept. */
  idle(state: S): boolean;
  /** Whether the signal leaves one who has no state without one. */
  quiet?(rule: R, signal: Signal, about: Circumstances): boolean;
  /** When it wants `time`, in the journal's time; null: never. */
  due(state: S): number | null;
  /** Whether an alert of its making ends by a condition of its own. */
  clears: boolean;
}

export { Engine, type Subject } from './engine.ts';
export { seedRules } from './seeds.ts';
