import { session } from './session.svelte.ts';

/** What the page asks for before it offers a button; names of cloud/accounts/rights.ts. Acts on a case are offered by the case itself (`actions`). */
export type Right =
  | 'ack-alerts'
  | 'resolve-alerts'
  | 'send-commands'
  | 'open-cases'
  | 'add-photos'
  | 'add-devices'
  | 'edit-devices'
  | 'service-devices'
  | 'edit-places'
  | 'edit-agents'
  | 'edit-accounts'
  | 'edit-rules'
  | 'read-parked';

/** Whether the person who is signed in may; the cloud decides again. */
export const may = (right: Right): boolean => session.me?.may.includes(right) ?? false;
/** A school commands its own posts and gates alone. */
export const mayCommand = (kind: string): boolean => may('send-commands') && (session.me?.role !== 'school' || kind === 'alarm-post' || kind === 'face-gate');
/** The same, with the role said; the role is already in what the session may. */
export const mayDo = (_role: unknown, right: Right): boolean => may(right);
