import type { TSchema } from 'typebox';
import { Department, DepartmentInput, Grid, GridInput, type PlaceKind, Site, SiteInput } from '../../register/register.ts';
import { viewerOf } from '../auth.ts';
import { each, oneOrMany } from '../bodies.ts';
import { fromCursor, isText, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const list: { kind: PlaceKind; shape: TSchema; input: TSchema; what: string }[] = [
  { kind: 'departments', shape: Department, input: DepartmentInput, what: 'Departments: authority, owner or maintainer of devices' },
  { kind: 'grids', shape: Grid, input: GridInput, what: 'Grids: each with its worker' },
  { kind: 'sites', shape: Site, input: SiteInput, what: 'Sites: a scope such as one school, with its plan' },
];
/** Rings of a thousand grids, or the plan of a campus. */
const bodyLimit = 16_777_216;

export const places: Routes = (app, { register: { places } }) => {
  for (const { kind, shape, input, what } of list) {
    app.get(
      `/api/${kind}`,
      {
        config: { may: 'read' },
        schema: {
          tags: ['places'],
          summary: what,
          description: 'A scope sees those that it names and those that its devices refer to.',
          querystring: query(paging(1000)),
          response: { 200: listOf(shape) },
        },
      },
      async (request) => {
        const { limit = 1000, cursor } = request.query;
        const { items, next, total } = await places.list(kind, viewerOf(request).scope, { limit, after: fromCursor(cursor, isText) });
        return { items, next: next === null ? null : toCursor(next), total };
      },
    );
    app.post(
      `/api/${kind}`,
      {
        bodyLimit,
        config: { may: 'edit-places' },
        schema: {
          tags: ['places'],
          summary: `Add ${kind}`,
          description: 'One, or an array of up to 2000 that is taken whole or not at all and answered by an array.',
          body: oneOrMany(input, 2000),
          response: { 201: oneOrMany(shape, 2000) },
        },
      },
      async (request, reply) => {
        const { inputs, many, place } = each(request.body as { id: string; name: string });
        const made = await places.create(viewerOf(request), kind, inputs, place);
        return reply.code(201).send(many ? made : made[0]);
      },
    );
  }
};
