/** What one kind of viewer sees: those of equal role and scope see the same, so it is made once for all of them. Pure. */
import type { Role } from '../accounts/accounts.ts';
import { placedOf, shown } from '../cases/cases.ts';
import type { DeviceStatus } from '../register/register.ts';
import { inScope, type Placed, type Scope } from '../scope.ts';
import type { Delta, Snapshot } from './messages.ts';
import type { Changed, Present } from './present.ts';

export interface View {
  role: Role;
  scope: Scope;
}
export type Lists = Pick<Delta, 'alerts' | 'cases' | 'devices'>;

export const viewKey = ({ role, scope }: View): string => `${role} ${JSON.stringify(scope)}`;

/** null: nothing of it concerns this view. */
export function deltaFor(view: View, changes: readonly Changed[]): Lists | null {
  const sees = judge(view.scope);
  const lists: Lists = {};
  for (const one of changes) {
    const item = sees(one.now) ? itemFor(view, one) : one.was.some(sees) ? ({ id: one.id, gone: true } as const) : undefined;
    if (item === undefined) continue;
    const list: unknown[] = lists[one.list] ?? [];
    list.push(item);
    lists[one.list] = list as never;
  }
  return lists.alerts || lists.cases || lists.devices ? lists : null;
}

export function snapshotFor(view: View, present: Present, devices: Iterable<{ id: string; status: DeviceStatus; placed: Placed }>): Omit<Snapshot, 'version'> {
  const sees = judge(view.scope);
  const snapshot: Omit<Snapshot, 'version'> = { alerts: [], cases: [], devices: [] };
  for (const { alert, placed } of present.alerts()) if (sees(placed)) snapshot.alerts.push(alert);
  for (const record of present.cases()) if (sees(placedOf(record))) snapshot.cases.push(shown(record, view));
  for (const { id, status, placed } of devices) if (status !== 'ok' && sees(placed)) snapshot.devices.push({ id, status });
  return snapshot;
}

const itemFor = (view: View, one: Changed) => (one.list === 'cases' ? shown(one.item, view) : one.item);

/** Devices share their places, so each different place is judged once. */
function judge(scope: Scope): (placed: Placed) => boolean {
  const judged = new Map<Placed, boolean>();
  return (placed) => {
    let seen = judged.get(placed);
    if (seen === undefined) {
      seen = inScope(scope, placed);
      judged.set(placed, seen);
    }
    return seen;
  };
}
