/** The door of the alerts: a rule or an event says that something is wrong. One open alert per device and cause. */
import Type, { type Static } from 'typebox';
import type { Placed, Scope } from '../scope.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const Severity = Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('critical')]);
const State = Type.Union([Type.Literal('firing'), Type.Literal('acknowledged'), Type.Literal('shelved'), Type.Literal('resolved')]);

/** The shape of the contract. Times in milliseconds since 1970 UTC. */
export const Alert = Type.Object({
  id: Type.String(),
  device: nullable(Type.String()),
  agent: nullable(Type.String()),
  grid: nullable(Type.String()),
  site: nullable(Type.String()),
  rule: nullable(Type.String()),
  cause: Type.String(),
  severity: Severity,
  state: State,
  count: Type.Integer(),
  events: Type.Array(Type.String()),
  firstTs: Type.Number(),
  lastTs: Type.Number(),
  rx: Type.Number(),
  late_ms: Type.Number(),
  case: nullable(Type.String()),
  simulated: Type.Boolean(),
  drill: Type.Boolean(),
  message: Type.Object({ zh: Type.String(), en: Type.String() }),
  /** The value and the limit that made it; null for an event without them. */
  value: nullable(Type.Number()),
  limit: nullable(Type.Number()),
  resolvedTs: nullable(Type.Number()),
  history: Type.Array(Type.Object({ at: Type.Number(), by: Type.String(), action: Type.String(), note: nullable(Type.String()) })),
});
export type Alert = Static<typeof Alert>;

/** An alert with what scope goes by; never sent as such. */
export interface PlacedAlert {
  alert: Alert;
  placed: Placed;
}

export interface AlertFilter {
  /** A state, or `open` for all that are not resolved. */
  state?: Alert['state'] | 'open';
  device?: string;
  cause?: string;
  limit: number;
  cursor?: number;
}

/** Reads alerts from the rules' file, in any thread. Newest first. Scope is applied here. */
export interface AlertReader {
  list(scope: Scope, filter: AlertFilter): { items: Alert[]; next: number | null; total: number };
  /** undefined: there is none, or it is out of scope. */
  get(scope: Scope, id: string): Alert | undefined;
  /** All that are not resolved, for the live snapshot. */
  open(): PlacedAlert[];
  close(): void;
}

/** A person's act on an alert. */
export type AlertAct = { alert: string; action: 'ack' | 'resolve'; by: string; at: number; note: string | null };
export type AlertActResult = { ok: true; alert: Alert } | { ok: false; code: 'not-found' | 'conflict'; message: string };

export { AlertBook } from './book.ts';
export { openAlertReader } from './reader.ts';
