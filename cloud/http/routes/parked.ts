import Type from 'typebox';
import type { ParkedRow } from '../../threads/threads.ts';
import { fromCursor, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const nullable = Type.Union([Type.String(), Type.Null()]);
const ParkedShape = Type.Object({
  id: Type.String(),
  at: Type.Number(),
  stage: Type.String({ description: 'where on the path' }),
  reason: Type.String(),
  detail: Type.String(),
  agent: nullable,
  device: nullable,
  topic: nullable,
  size: Type.Number(),
  hash: Type.String({ description: 'SHA-256 of the bytes, hex' }),
  bytes: Type.Union([Type.String(), Type.Null()], { description: 'base64; null where none may be kept, or they have made room' }),
});

/** How far each source has been read: the number of its last row. */
type Place = Record<string, number>;
const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((n) => typeof n === 'number');
/** The number in an id such as `ingest-12`. */
const numberOf = (id: string) => Number(id.slice(id.lastIndexOf('-') + 1));

export const parked: Routes = (app, { parked: sources }) => {
  app.get(
    '/api/parked',
    {
      config: { may: 'read-parked' },
      schema: {
        tags: ['operations'],
        summary: 'Messages that were acknowledged but not understood, with reasons, newest first',
        querystring: query(paging()),
        response: { 200: listOf(ParkedShape) },
      },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query;
      const place: Place = { ...fromCursor(cursor, isPlace) };
      const shelves = await Promise.all(
        Object.entries(sources).map(async ([name, source]) => ({ name, rows: [...(await source.list(limit + 1, place[name] ?? null))], total: await source.total() })),
      );
      const items: ParkedRow[] = [];
      // Each source keeps its own order, whatever a clock that jumped has written into its rows.
      for (;;) {
        const newest = shelves.filter(({ rows }) => rows.length > 0).sort((a, b) => (b.rows[0]?.at ?? 0) - (a.rows[0]?.at ?? 0))[0];
        const row = items.length < limit ? newest?.rows.shift() : undefined;
        if (!newest || !row) break;
        items.push(row);
        place[newest.name] = numberOf(row.id);
      }
      const more = shelves.some(({ rows }) => rows.length > 0);
      return { items, next: more ? toCursor(place) : null, total: shelves.reduce((sum, { total }) => sum + total, 0) };
    },
  );
};
