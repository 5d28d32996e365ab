/** What goes over the socket, both ways: the shapes of the contract as schemas. /api/asyncapi.json is made of them. */
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { idPattern } from '../../devices/ids.ts';
import { Alert } from '../alerts/alerts.ts';
import { Case } from '../cases/cases.ts';
import { Device, statuses } from '../register/register.ts';

const id = Type.String({ pattern: idPattern });
const version = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Status = Type.Enum(statuses, { description: `one of ${statuses.join(', ')}` });
export const Gone = Type.Object({ id: Type.String(), gone: Type.Literal(true) }, { description: 'it has left the view' });
/** `id` and `status`, and what else changed; what comes into the view comes whole. */
export const DeviceItem = Type.Object({ ...Type.Partial(Device).properties, id, status: Status });
export type DeviceItem = Static<typeof DeviceItem>;

export const Snapshot = Type.Object(
  { version, alerts: Type.Array(Alert), cases: Type.Array(Case), devices: Type.Array(Type.Object({ id, status: Status })) },
  { description: 'all that is not resolved, open, or not ok, of what the viewer may see; it takes the place of everything before' },
);
const listOf = <S extends TSchema>(item: S) => Type.Optional(Type.Array(Type.Union([item, Gone])));
export const Delta = Type.Object(
  {
    version,
    prev: Type.Integer({ description: 'the version this client was last sent; another one than it has means a gap: `resume`' }),
    alerts: listOf(Alert),
    cases: listOf(Case),
    devices: listOf(DeviceItem),
  },
  { description: 'what has changed; an alert that resolves and a case that ends come once more, in their last shape' },
);
export const ReadingItem = Type.Object({ device: id, ts: Type.Number(), rx: Type.Number(), values: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean()])) });

export const maxWatched = 200;
export const Resume = Type.Object({ version }, { additionalProperties: false });
export const Watch = Type.Object({ devices: Type.Array(id, { maxItems: maxWatched }) }, { additionalProperties: false, description: 'takes the place of what was watched before' });
/** What an acknowledgement callback is called with. */
export const Answer = Type.Union([
  Type.Object({ ok: Type.Literal(true), devices: Type.Optional(Type.Array(id, { description: 'those that are watched now: the others are not there, or out of scope' })) }),
  Type.Object({ ok: Type.Literal(false), error: Type.String() }),
]);

export type Snapshot = Static<typeof Snapshot>;
export type Delta = Static<typeof Delta>;
export type ReadingItem = Static<typeof ReadingItem>;
export type Resume = Static<typeof Resume>;
export type Watch = Static<typeof Watch>;
export type Answer = Static<typeof Answer>;

/** What a client may say, by event. */
export const asks = {
  resume: { check: Compile(Resume), allowed: '{version}: a whole number' },
  watch: { check: Compile(Watch), allowed: `{devices}: at most ${maxWatched} ids` },
} as const;
