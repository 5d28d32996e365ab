/** A device as the contract shows it, and what may be said of it when it is made or changed. */
import Type, { type Static, type TSchema } from 'typebox';
import { idPattern } from '../../devices/ids.ts';
import { kindIds } from '../../devices/kinds/kinds.ts';

export const lifecycles = ['planned', 'installed', 'in service', 'maintenance', 'retired'] as const;
export const statuses = ['ok', 'warning', 'alarm', 'offline', 'unknown'] as const;

const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const strict = { additionalProperties: false };
const id = Type.String({ pattern: idPattern, description: 'an id: 1 to 64 letters, digits, ".", "_" or "-"' });
const word = Type.String({ minLength: 1, maxLength: 64, description: '1 to 64 characters' });
const angle = Type.Number({ minimum: -360, maximum: 360, description: 'degrees' });

const Pair = Type.Object({ scheme: word, value: word }, strict);
const Class = Type.Object({ scheme: word, code: word }, strict);
/** WGS-84, degrees. */
const Position = Type.Object(
  {
    lon: Type.Number({ minimum: -180, maximum: 180, description: 'WGS-84 degrees, -180 to 180' }),
    lat: Type.Number({ minimum: -90, maximum: 90, description: 'WGS-84 degrees, -90 to 90' }),
  },
  strict,
);
const Baseline = Type.Object({ angle_x_deg: angle, angle_y_deg: angle, angle_z_deg: angle }, strict);
const Kind = Type.Enum(kindIds, { description: `one of ${kindIds.join(', ')}` });
const Lifecycle = Type.Enum(lifecycles, { description: `one of ${lifecycles.join(', ')}` });

/** What a person or a script may say of a device. A reference must exist; an address belongs to one device alone. */
const said = {
  class: nullable(Class),
  name: nullable(Type.String({ maxLength: 200, description: 'at most 200 characters' })),
  position: nullable(Position),
  site: nullable(id),
  grid: nullable(id),
  departments: Type.Partial(Type.Object({ authority: nullable(id), owner: nullable(id), maintainer: nullable(id) }), strict),
  agent: nullable(id),
  codes: Type.Array(Pair, { maxItems: 20 }),
  addresses: Type.Array(Pair, { maxItems: 20 }),
  baseline: nullable(Baseline),
  model: nullable(word),
  interval_s: nullable(Type.Integer({ minimum: 1, maximum: 2_678_400, description: 'whole seconds, 1 to 2678400' })),
  lifecycle: Lifecycle,
  simulated: Type.Boolean(),
};

const optional = Type.Partial(Type.Object(said)).properties;

export const DeviceInput = Type.Object(
  { kind: Kind, id: Type.Optional(id), ...optional },
  { ...strict, description: 'a device; `kind` alone is needed, an id is made where there is none' },
);
export type DeviceInput = Static<typeof DeviceInput>;

/** What is left out stays; null takes away; of `departments` only those named change, everything else is replaced whole. */
export const DevicePatch = Type.Partial(Type.Object(said), strict);
export type DevicePatch = Static<typeof DevicePatch>;

const Status = Type.Enum(statuses, { description: `one of ${statuses.join(', ')}` });

/** The newest value of each metric ever heard, and when it was measured; the times and the clock are those of the newest reading. */
const Latest = Type.Object({
  ts: Type.Number(),
  rx: Type.Number(),
  sentTs: Type.Number({ description: 'by the device’s clock, as it was sent' }),
  clock: Type.Enum(['ok', 'unset'], { description: 'unset: that clock is before 2020 or more than a day ahead, and `ts` is `rx`' }),
  skewMs: nullable(Type.Number({ description: 'how far that clock is ahead of the cloud’s (negative: behind); null: not known, for it may be late only' })),
  values: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Boolean()])),
  at: Type.Record(Type.String(), Type.Number()),
});

/** The shape of the contract. What is not known is null. */
export const Device = Type.Object({
  id,
  kind: Type.String(),
  ...said,
  departments: Type.Object({ authority: nullable(id), owner: nullable(id), maintainer: nullable(id) }),
  status: Status,
  latest: nullable(Latest),
});
export type Device = Static<typeof Device>;
export type Position = Static<typeof Position>;
export type DeviceStatus = Device['status'];
