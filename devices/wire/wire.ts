/** The door of the wire: the payloads of the contract, as schemas, types and checks. Edge and cloud meet here alone. */
import Type, { type Static, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { idPattern } from '../ids.ts';

export * from './topics.ts';

const id = Type.String({ pattern: idPattern });
/** Milliseconds since 1970 UTC. */
const ts = Type.Number();
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** When an agent had what it says on its own disk, and when it sent it, by its own clock: said once a publish, in its first part. */
const onItsWay = { kept: Type.Optional(ts), sent: Type.Optional(ts) };

/** One telemetry message of one device. `boot` and `seq` come together or not at all. */
export const ReadingPayload = Type.Object({
  device: Type.Optional(id),
  ...onItsWay,
  boot: Type.Optional(count),
  seq: Type.Optional(count),
  ts,
  values: Type.Record(Type.String(), Type.Unknown()),
});
export type ReadingPayload = Static<typeof ReadingPayload>;

export const EventPayload = Type.Object({
  id,
  ...onItsWay,
  boot: Type.Optional(count),
  seq: Type.Optional(count),
  ts,
  kind: Type.String({ minLength: 1, maxLength: 64 }),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type EventPayload = Static<typeof EventPayload>;

export const StatePayload = Type.Object({
  online: Type.Boolean(),
  ts: Type.Optional(ts),
  boot: Type.Optional(count),
  version: Type.Optional(Type.String({ maxLength: 64 })),
  /** In the agent's outbox, not yet acknowledged: readings, events and replies. */
  waiting: Type.Optional(count),
  /** Readings that its outbox has given up for want of room, since its data folder began. */
  dropped: Type.Optional(count),
});
export type StatePayload = Static<typeof StatePayload>;

export const CommandPayload = Type.Object({ id, name: Type.String({ minLength: 1, maxLength: 64 }), args: Type.Record(Type.String(), Type.Unknown()), expires: Type.Optional(ts) });
export type CommandPayload = Static<typeof CommandPayload>;

export const ReplyPayload = Type.Object({
  id,
  ok: Type.Boolean(),
  result: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.String({ maxLength: 1000 })),
  ts: Type.Optional(ts),
});
export type ReplyPayload = Static<typeof ReplyPayload>;

export const FlowPayload = Type.Object({ telemetry: Type.Boolean() });
export type FlowPayload = Static<typeof FlowPayload>;

/** A compiled check. `why` tells the first fault as "place: what is allowed". */
export interface Check<T> {
  is(value: unknown): value is T;
  why(value: unknown): string;
}

function check<S extends TSchema>(schema: S): Check<Static<S>> {
  const compiled = Compile(schema) as Validator;
  return {
    is: (value): value is Static<S> => compiled.Check(value),
    why(value) {
      const first = [...compiled.Errors(value)][0];
      return first ? `${first.instancePath || 'payload'}: ${first.message}` : 'valid';
    },
  };
}

export const readingCheck = check(ReadingPayload);
export const eventCheck = check(EventPayload);
export const stateCheck = check(StatePayload);
export const commandCheck = check(CommandPayload);
export const replyCheck = check(ReplyPayload);
export const flowCheck = check(FlowPayload);
