import Type from 'typebox';
import { Token, TokenInput } from '../../accounts/accounts.ts';
import { viewerOf } from '../auth.ts';
import { idParams } from '../bodies.ts';
import { fromCursor, isText, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const tags = ['tokens'];

export const tokens: Routes = (app, { accounts: { tokens } }) => {
  app.get(
    '/api/tokens',
    { config: { may: 'signed in' }, schema: { tags, summary: 'The own API tokens', querystring: query(paging()), response: { 200: listOf(Token) } } },
    async (request) => {
      const { limit = 100, cursor } = request.query;
      const { items, next, total } = await tokens.list(viewerOf(request), { limit, before: fromCursor(cursor, isText) });
      return { items, next: next === null ? null : toCursor(next), total };
    },
  );
  app.post(
    '/api/tokens',
    {
      config: { may: 'signed in' },
      schema: {
        tags,
        summary: 'Make an API token',
        description: 'It has the rights that its maker has at each moment. It is shown this once.',
        body: TokenInput,
        response: { 201: Type.Object({ id: Type.String(), token: Type.String(), expires: Type.Number() }) },
      },
    },
    async (request, reply) => reply.code(201).send(await tokens.create(viewerOf(request), request.body)),
  );
  app.delete(
    '/api/tokens/:id',
    { config: { may: 'signed in' }, schema: { tags, summary: 'End an API token', params: idParams('id'), response: { 204: Type.Null({ description: 'ended' }) } } },
    async (request, reply) => {
      await tokens.remove(viewerOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
};
