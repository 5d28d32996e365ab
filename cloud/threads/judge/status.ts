import type { Alert } from '../../alerts/alerts.ts';
import type { Status } from '../threads.ts';

/** The cause of the silence rule's alerts: such a device is offline, whatever the severity. */
const offlineCause = 'offline';

/** A device's status: its worst open alert, else silence, else whether anything can be known of it. */
export function statusOf(open: Alert[], heard: boolean, agentIsGone: boolean): Status {
  const others = open.filter(({ cause }) => cause !== offlineCause);
  if (others.some(({ severity }) => severity === 'critical')) return 'alarm';
  if (others.some(({ severity }) => severity === 'warning')) return 'warning';
  if (agentIsGone) return 'unknown';
  if (others.length < open.length) return 'offline';
  return heard ? 'ok' : 'unknown';
}
