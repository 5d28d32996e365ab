import type { Alert, Kind } from './shapes.ts';

/**
 * Whether a person may end the alert: only where neither a counterpart event nor a clear condition of its cause does (contract, "an alert").
 * An alert without a device (an agent gone) and a silence end by themselves. Pure.
 */
export function actsOnAlert(alert: Pick<Alert, 'cause' | 'device'>, kind: Kind | undefined): { resolve: boolean } {
  if (!kind || alert.device === null) return { resolve: false };
  const events = Object.values(kind.events);
  const raisedByEvent = events.some((event) => event.effect === 'raises' && event.cause === alert.cause);
  const endedByEvent = events.some((event) => event.effect === 'ends' && (event.causes.includes(alert.cause) || event.named.includes(alert.cause)));
  const clearsByLimit = kind.limits.some((limit) => limit.cause === alert.cause);
  return { resolve: raisedByEvent && !endedByEvent && !clearsByLimit };
}
