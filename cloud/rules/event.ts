import { kindOf, rank } from '../../devices/kinds/kinds.ts';
import { fillMessage } from './message.ts';
import type { EventRule, RuleKind } from './rules.ts';

/** A raising event of a kind makes an alert at once, however late it comes. */
export const event: RuleKind<EventRule, null> = {
  type: 'event',
  judges: 'device',
  signals: ['event'],
  clears: false,
  kindOf: (rule) => rule.kind,
  initial: () => null,
  judge(rule, _state, signal, _at, { target }) {
    if (signal.type !== 'event' || signal.event.kind !== rule.event) return [];
    const { id, ts, rx, data } = signal.event;
    const kind = kindOf(rule.kind);
    const spec = kind?.events[rule.event];
    const worse = spec?.effect === 'raises' ? spec.worse : undefined;
    const measured = worse ? data[worse.field] : undefined;
    const isWorse = worse !== undefined && typeof measured === 'number' && measured >= worse.at && rank(worse.severity) > rank(rule.severity);
    const severity = isWorse ? worse.severity : rule.severity;
    // Where the kind has a limit for the same cause, the message can say value and limit, as the cloud's own rule does.
    const limit = kind?.limits.find((one) => one.cause === rule.cause && typeof data[one.metric] === 'number');
    const value = limit ? (data[limit.metric] as number) : null;
    const level = limit?.levels.findLast((one) => one.severity === severity) ?? limit?.levels[0];
    const message = limit && level && value !== null ? fillMessage(limit.message, rule.kind, limit.metric, value, level.at) : rule.message;
    const insists = rule.event === 'sos';
    return [{ type: 'raise', target, cause: rule.cause, severity, rule: rule.id, id, event: id, ts, rx, value, limit: level?.at ?? null, message, wantsCase: true, insists }];
  },
  idle: () => true,
  due: () => null,
};
