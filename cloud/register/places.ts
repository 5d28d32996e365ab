/** Departments, grids and sites: what devices and accounts refer to. */
import Type, { type Static, type TSchema } from 'typebox';
import type { Clock } from '../../devices/clock.ts';
import { idPattern } from '../../devices/ids.ts';
import { audit, type Desk } from '../desk/desk.ts';
import { conflict } from '../refusal.ts';
import type { Scope } from '../scope.ts';
import type { Actor } from './devices.ts';
import type { Ring } from './ground.ts';
import type { Roster } from './roster.ts';
import { visible } from './visible.ts';

const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const strict = { additionalProperties: false };
const id = Type.String({ pattern: idPattern, description: '1 to 64 letters, digits, ".", "_" or "-"' });
const name = Type.String({ minLength: 1, maxLength: 200, description: '1 to 200 characters' });
/** JSON Schema 2020-12 as OpenAPI 3.1 takes it; a tuple of typebox is draft-07's. */
const Position = Type.Unsafe<[lon: number, lat: number]>({
  type: 'array',
  prefixItems: [Type.Number({ minimum: -180, maximum: 180 }), Type.Number({ minimum: -90, maximum: 90 })],
  items: false,
  minItems: 2,
  maxItems: 2,
});
/** The outer ring of a GeoJSON polygon: [lon, lat] in WGS-84, the last as the first. */
const RingShape = Type.Array(Position, { minItems: 4, maxItems: 5000, description: 'a GeoJSON ring: [[lon, lat], …] in WGS-84, at least four, the last as the first' });

export const FeatureCollection = Type.Object(
  {
    type: Type.Literal('FeatureCollection'),
    features: Type.Array(
      Type.Object({
        type: Type.Literal('Feature'),
        geometry: nullable(Type.Object({ type: Type.String(), coordinates: Type.Optional(Type.Array(Type.Unknown())) }, { additionalProperties: true })),
        properties: nullable(Type.Record(Type.String(), Type.Unknown())),
        id: Type.Optional(Type.Union([Type.String(), Type.Number()])),
      }),
      { maxItems: 50_000 },
    ),
  },
  { description: 'a GeoJSON FeatureCollection in WGS-84' },
);
export type FeatureCollection = Static<typeof FeatureCollection>;

export const Department = Type.Object({ id, name }, strict);
export const Grid = Type.Object(
  { id, name, worker: nullable(Type.String({ maxLength: 100, description: 'the name of who looks after it' })), polygon: nullable(RingShape) },
  strict,
);
export const Site = Type.Object({ id, name, polygon: nullable(RingShape), plan: nullable(FeatureCollection) }, strict);
export type Department = Static<typeof Department>;
export type Grid = Static<typeof Grid>;
export type Site = Static<typeof Site>;

export const DepartmentInput = Department;
export const GridInput = Type.Object({ id, name, worker: Type.Optional(Grid.properties.worker), polygon: Type.Optional(Grid.properties.polygon) }, strict);
export const SiteInput = Type.Object({ id, name, polygon: Type.Optional(Site.properties.polygon), plan: Type.Optional(Site.properties.plan) }, strict);

interface Shapes {
  departments: Department;
  grids: Grid;
  sites: Site;
}
export type PlaceKind = keyof Shapes;
const scopeKey = { departments: 'department', grids: 'grid', sites: 'site' } as const;
/** Members that are JSON in the table. */
const documents = ['polygon', 'plan'] as const;

export class Places {
  readonly #deps: { desk: Desk; clock: Clock; roster: Roster };

  constructor(deps: { desk: Desk; clock: Clock; roster: Roster }) {
    this.#deps = deps;
  }

  /** By id. Of a scope: what it names itself, and what the devices in it refer to. */
  async list<K extends PlaceKind>(kind: K, scope: Scope, page: { limit: number; after?: string | undefined }): Promise<{ items: Shapes[K][]; next: string | null; total: number }> {
    const shown = visible(this.#deps.roster, scopeKey[kind], scope);
    const all = await this.#deps.desk.read
      .selectFrom(kind as 'grids')
      .selectAll()
      .orderBy('id')
      .execute();
    const seen = shown === null ? all : all.filter((row) => shown.has(row.id));
    const from = page.after === undefined ? seen : seen.filter((row) => row.id > (page.after as string));
    const rows = from.slice(0, page.limit);
    return { items: rows.map((row) => shapeOf(row) as Shapes[K]), next: from.length > rows.length ? (rows.at(-1)?.id ?? null) : null, total: seen.length };
  }

  /** All or none. Throws `conflict` with the key of the id that is taken. */
  async create<K extends PlaceKind>(
    actor: Actor,
    kind: K,
    inputs: readonly (Partial<Shapes[K]> & { id: string; name: string })[],
    place: (index: number) => string,
  ): Promise<Shapes[K][]> {
    const empty = { departments: {}, grids: { worker: null, polygon: null }, sites: { polygon: null, plan: null } }[kind];
    const made = inputs.map((input) => ({ ...empty, ...input }) as unknown as Shapes[K]);
    const now = this.#deps.clock.now();
    await this.#deps.desk.act(async (trx) => {
      const table = kind as 'departments';
      const seen = new Set<string>();
      for (const [i, item] of made.entries()) {
        const taken = seen.has(item.id) || (await trx.selectFrom(table).select('id').where('id', '=', item.id).executeTakeFirst());
        if (taken) throw conflict(`The ${scopeKey[kind]} id "${item.id}" exists already.`, {}, [{ key: `${place(i)}id`, value: item.id, allowed: 'an id that is not taken' }]);
        seen.add(item.id);
        await trx
          .insertInto(table)
          .values(rowOf(item) as unknown as Department)
          .execute();
      }
      const subject = made.length === 1 ? `${scopeKey[kind]} ${made[0]?.id}` : `${made.length} ${kind}`;
      await audit(trx, { at: now, by: actor.username, action: 'create', subject });
    });
    return made;
  }

  /** The ground of a grid or site; null: nobody has drawn it. */
  async ground(what: 'grid' | 'site', id: string): Promise<Ring | null> {
    const row = await this.#deps.desk.read
      .selectFrom(`${what}s` as 'grids')
      .select('polygon')
      .where('id', '=', id)
      .executeTakeFirst();
    return row?.polygon ? (JSON.parse(row.polygon) as Ring) : null;
  }
}

function rowOf(item: object): Record<string, unknown> {
  const row: Record<string, unknown> = { ...item };
  for (const key of documents) if (row[key] !== undefined && row[key] !== null) row[key] = JSON.stringify(row[key]);
  return row;
}
function shapeOf(row: object): Record<string, unknown> {
  const { seal: _seal, ...shape } = row as Record<string, unknown>;
  for (const key of documents) if (typeof shape[key] === 'string') shape[key] = JSON.parse(shape[key] as string);
  return shape;
}
