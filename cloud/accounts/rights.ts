/** Who may do what: one table, role × act. Where the act reaches is the scope's matter; both must allow it. */
import Type from 'typebox';
import type { Scope } from '../scope.ts';

export const roles = ['administrator', 'dispatcher', 'handler', 'gridworker', 'technician', 'school', 'viewer'] as const;
export type Role = (typeof roles)[number];
export const Role = Type.Enum(roles, { description: `one of ${roles.join(', ')}` });

/** How far an act reaches: what is in scope, or the whole installation and therefore scope `all` alone. */
type Reach = 'in scope' | 'installation';

/** The administrator may do every act; `who` names the others. */
const table = {
  /** Everything that a page shows, in scope. */
  read: { who: ['dispatcher', 'handler', 'gridworker', 'technician', 'school', 'viewer'], reach: 'in scope' },
  'edit-devices': { who: [], reach: 'in scope' },
  /** What is done at the device itself: lifecycle, position, baseline, addresses. */
  'service-devices': { who: ['technician'], reach: 'in scope' },
  'add-devices': { who: [], reach: 'installation' },
  /** Departments, grids, sites. */
  'edit-places': { who: [], reach: 'installation' },
  'edit-agents': { who: [], reach: 'installation' },
  'edit-accounts': { who: [], reach: 'installation' },
  'edit-rules': { who: [], reach: 'installation' },
  /** Name, centre and base map. */
  'edit-installation': { who: [], reach: 'installation' },
  'read-parked': { who: ['technician'], reach: 'installation' },
  'read-audit': { who: [], reach: 'installation' },
  'ack-alerts': { who: ['dispatcher', 'handler', 'gridworker', 'technician', 'school'], reach: 'in scope' },
  'resolve-alerts': { who: ['dispatcher', 'school'], reach: 'in scope' },
  'send-commands': { who: ['dispatcher', 'technician', 'school'], reach: 'in scope' },
  'open-cases': { who: ['dispatcher', 'handler', 'gridworker', 'technician', 'school'], reach: 'in scope' },
  'add-photos': { who: ['dispatcher', 'handler', 'gridworker', 'technician', 'school'], reach: 'in scope' },
  /** To try an act on a case at all; which one is `case:…` below. */
  'act-on-cases': { who: ['dispatcher', 'handler', 'gridworker'], reach: 'in scope' },
  'case:register': { who: ['dispatcher'], reach: 'in scope' },
  'case:dispatch': { who: ['dispatcher'], reach: 'in scope' },
  'case:accept': { who: ['handler'], reach: 'in scope' },
  'case:feedback': { who: ['handler'], reach: 'in scope' },
  'case:return': { who: ['handler', 'dispatcher'], reach: 'in scope' },
  'case:check': { who: ['gridworker', 'dispatcher'], reach: 'in scope' },
  'case:pass': { who: ['gridworker', 'dispatcher'], reach: 'in scope' },
  'case:rework': { who: ['gridworker', 'dispatcher'], reach: 'in scope' },
  'case:close': { who: ['dispatcher'], reach: 'in scope' },
  'case:void': { who: ['dispatcher'], reach: 'in scope' },
  'case:reopen': { who: ['dispatcher'], reach: 'in scope' },
  'case:note': { who: ['dispatcher', 'handler', 'gridworker'], reach: 'in scope' },
  'case:evaluate': { who: ['dispatcher'], reach: 'in scope' },
} as const satisfies Record<string, { who: readonly Role[]; reach: Reach }>;

export type Act = keyof typeof table;
export const acts = Object.keys(table) as Act[];
export const isAct = (value: string): value is Act => value in table;

/** The kinds that a school may command: its own posts and gates (contract, "Accounts"). */
const schoolCommands: readonly string[] = ['alarm-post', 'face-gate'];

type Actor = { role: Role; scope: Scope };

/** Whether the role allows the act; for acts on the whole installation the scope must be `all`, too. */
export function may(viewer: Actor, act: Act): boolean {
  const { who, reach } = table[act] as { who: readonly Role[]; reach: Reach };
  if (reach === 'installation' && !('all' in viewer.scope)) return false;
  return viewer.role === 'administrator' || who.includes(viewer.role);
}

/** Whether the viewer may send a command to a device of this kind. The device must be in scope besides. */
export const mayCommand = (viewer: Actor, kind: string): boolean => may(viewer, 'send-commands') && (viewer.role !== 'school' || schoolCommands.includes(kind));

/** The roles that may do an act, for documents and tests. */
export const rolesFor = (act: Act): Role[] => roles.filter((role) => role === 'administrator' || (table[act].who as readonly Role[]).includes(role));
