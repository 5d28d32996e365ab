import type { Alert, Case, Status } from '../app/shapes.ts';

/** What the socket has told so far, and how a message changes it. Pure but for the maps it is handed, which it changes in place. */

export interface Held {
  version: string | number | null;
  alerts: Map<string, Alert>;
  cases: Map<string, Case>;
  /** Of the devices that are not ok. */
  statuses: Map<string, Status>;
}
export const nothingHeld = (): Held => ({ version: null, alerts: new Map(), cases: new Map(), statuses: new Map() });

type Gone = { id: string; gone: true };
export type DeviceChange = { id: string; status?: Status } & Record<string, unknown>;
export interface Snapshot {
  version: string | number;
  alerts: Alert[];
  cases: Case[];
  devices: DeviceChange[];
}
export interface Delta {
  version: string | number;
  prev: string | number;
  alerts?: (Alert | Gone)[];
  cases?: (Case | Gone)[];
  devices?: (DeviceChange | Gone)[];
}

/** What a message changed: the page redraws only that. */
export interface Change {
  alerts: boolean;
  cases: boolean;
  statuses: boolean;
  /** Alerts that were not held before, or that came again or stepped up. */
  raised: { alert: Alert; why: 'new' | 'worse' | 'again' }[];
  items: number;
}
const noChange = (): Change => ({ alerts: false, cases: false, statuses: false, raised: [], items: 0 });
const isGone = (item: object): item is Gone => 'gone' in item && item.gone === true;

export function takeSnapshot(held: Held, snapshot: Snapshot): Change {
  const before = held.alerts;
  held.version = snapshot.version;
  held.alerts = new Map(snapshot.alerts.map((alert) => [alert.id, alert]));
  held.cases = new Map(snapshot.cases.map((one) => [one.id, one]));
  held.statuses = new Map();
  for (const { id, status } of snapshot.devices) if (status !== undefined && status !== 'ok') held.statuses.set(id, status);
  const raised: Change['raised'] = [];
  for (const alert of snapshot.alerts) if (!before.has(alert.id)) raised.push({ alert, why: 'new' });
  return { alerts: true, cases: true, statuses: true, raised, items: snapshot.alerts.length + snapshot.cases.length + snapshot.devices.length };
}

/** `gap`: the delta does not follow what we hold; nothing was changed, and the caller asks to resume. */
export function takeDelta(held: Held, delta: Delta): Change | 'gap' {
  if (held.version === null || delta.prev !== held.version) return 'gap';
  const change = noChange();
  held.version = delta.version;
  for (const item of delta.alerts ?? []) takeAlert(held, item, change);
  for (const item of delta.cases ?? []) {
    change.cases = true;
    // A case that reached its end leaves the open view, however it is told.
    if (isGone(item) || item.stage === 'closed' || item.stage === 'void') held.cases.delete(item.id);
    else held.cases.set(item.id, item);
  }
  for (const item of delta.devices ?? []) {
    if (isGone(item)) change.statuses = held.statuses.delete(item.id) || change.statuses;
    else if (item.status !== undefined && (held.statuses.get(item.id) ?? 'ok') !== item.status) {
      change.statuses = true;
      if (item.status === 'ok') held.statuses.delete(item.id);
      else held.statuses.set(item.id, item.status);
    }
  }
  change.items = (delta.alerts?.length ?? 0) + (delta.cases?.length ?? 0) + (delta.devices?.length ?? 0);
  return change;
}

const severityRank = { info: 0, warning: 1, critical: 2 } as const;

function takeAlert(held: Held, item: Alert | Gone, change: Change): void {
  change.alerts = true;
  if (isGone(item) || item.state === 'resolved') {
    held.alerts.delete(item.id);
    return;
  }
  const before = held.alerts.get(item.id);
  held.alerts.set(item.id, item);
  if (!before) change.raised.push({ alert: item, why: 'new' });
  else if (severityRank[item.severity] > severityRank[before.severity]) change.raised.push({ alert: item, why: 'worse' });
  else if (item.cause === 'sos' && item.count > before.count) change.raised.push({ alert: item, why: 'again' });
}
