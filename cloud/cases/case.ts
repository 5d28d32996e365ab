/** A case as the contract shapes it, and as it is kept. */
import Type, { type Static, type TSchema } from 'typebox';
import { idPattern } from '../../devices/ids.ts';
import type { Viewer } from '../accounts/accounts.ts';
import type { Placed } from '../scope.ts';
import { actions, blocked, legal, needs, stages } from './steps.ts';

const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const id = Type.String({ pattern: idPattern });
const Stage = Type.Enum(stages, { description: `one of ${stages.join(', ')}` });
const Action = Type.Enum(actions, { description: `one of ${actions.join(', ')}` });
export const Position = Type.Object({ lon: Type.Number({ minimum: -180, maximum: 180 }), lat: Type.Number({ minimum: -90, maximum: 90 }) }, { additionalProperties: false });

export const photoRoles = ['before', 'after', 'other'] as const;
export const Photo = Type.Object({
  id,
  role: Type.Enum(photoRoles, { description: `one of ${photoRoles.join(', ')}` }),
  at: Type.Number({ description: 'when it was handed in, ms' }),
  by: Type.String({ description: 'an account, or `system` for a camera’s own picture' }),
  takenAt: nullable(Type.Number({ description: 'when the camera says that it was taken, ms' })),
  position: nullable(Position),
  width: Type.Integer(),
  height: Type.Integer(),
  bytes: Type.Integer(),
  sha256: Type.String({ description: 'of the file that is served' }),
  command: nullable(Type.String({ description: 'the `snapshot` that asked for it' })),
});
export type Photo = Static<typeof Photo>;

export const HistoryEntry = Type.Object({
  at: Type.Number(),
  by: Type.String({ description: 'an account, or `system`' }),
  action: Type.String({ description: 'an action; or `open`, `photo` (note: its role), `alert` (note: the id of one that joined)' }),
  from: nullable(Stage),
  to: Stage,
  note: nullable(Type.String()),
});

/** Times in milliseconds since 1970 UTC. */
export const Case = Type.Object({
  id,
  number: Type.String({ description: 'for people; opaque' }),
  source: Type.Enum(['sensor', 'camera', 'person']),
  category: nullable(Type.String({ description: 'the cause of its alerts, or what a person called it' })),
  text: Type.String(),
  message: nullable(Type.Object({ zh: Type.String(), en: Type.String() }, { description: 'of the alert that opened it' })),
  stage: Stage,
  device: nullable(id),
  position: nullable(Position),
  grid: nullable(id),
  site: nullable(id),
  alerts: Type.Array(Type.String()),
  department: nullable(id),
  assignee: nullable(Type.String({ description: 'the account that accepted it' })),
  due: Type.Record(Type.String(), Type.Number()),
  photos: Type.Array(Photo),
  history: Type.Array(HistoryEntry),
  actions: Type.Array(Action, { description: 'what the caller may do now' }),
  blocked: Type.Array(Type.Object({ action: Action, missing: Type.Array(Type.Enum(needs)) }), { description: 'what the caller could do now, were it not for what is missing' }),
  passed: Type.Boolean({ description: 'the verdict of its check' }),
  reworks: Type.Integer(),
  simulated: Type.Boolean(),
  drill: Type.Boolean(),
  opened: Type.Number(),
  version: Type.Integer({ description: 'grows by one with every action; photos and joining alerts leave it, since they overwrite nothing' }),
});
export type Case = Static<typeof Case>;

/** Names of its files in the photo store. */
export interface PhotoRecord extends Photo {
  file: string;
  thumb: string;
}
/** A case as it is kept; what it shows depends on who asks. */
export interface CaseRecord extends Omit<Case, 'actions' | 'blocked' | 'photos'> {
  photos: PhotoRecord[];
  /** Every department that has or had it. */
  departments: string[];
}

export const placedOf = ({ grid, site, departments }: CaseRecord): Placed => ({ grid, site, departments });

export function shownPhoto({ file: _file, thumb: _thumb, ...photo }: PhotoRecord): Photo {
  return photo;
}

/** The case for this one's eyes. It must be in scope. */
export function shown({ departments: _departments, ...record }: CaseRecord, viewer: Pick<Viewer, 'role' | 'scope'>): Case {
  return { ...record, photos: record.photos.map(shownPhoto), actions: legal(record, viewer), blocked: blocked(record, viewer) };
}
