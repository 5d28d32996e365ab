import Type from 'typebox';
import { Account, AccountInput, AccountPatch } from '../../accounts/accounts.ts';
import { viewerOf } from '../auth.ts';
import { idParams } from '../bodies.ts';
import { fromCursor, isText, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const tags = ['accounts'];

export const accounts: Routes = (app, { accounts }) => {
  app.get(
    '/api/accounts',
    { config: { may: 'edit-accounts' }, schema: { tags, summary: 'All accounts', querystring: query(paging(1000)), response: { 200: listOf(Account) } } },
    async (request) => {
      const { limit = 1000, cursor } = request.query;
      const { items, next, total } = await accounts.list({ limit, after: fromCursor(cursor, isText) });
      return { items, next: next === null ? null : toCursor(next), total };
    },
  );
  app.post(
    '/api/accounts',
    {
      config: { may: 'edit-accounts' },
      schema: { tags, summary: 'Make an account', description: 'A user name is never used again.', body: AccountInput, response: { 201: Account } },
    },
    async (request, reply) => reply.code(201).send(await accounts.create(viewerOf(request).username, request.body)),
  );
  app.patch(
    '/api/accounts/:username',
    {
      config: { may: 'edit-accounts' },
      schema: {
        tags,
        summary: 'Change password, role or scope',
        description: 'Ends the sessions of the account, and with a new password its API tokens. The last administrator cannot become another (409).',
        params: idParams('username'),
        body: AccountPatch,
        response: { 200: Account },
      },
    },
    async (request) => accounts.patch(viewerOf(request).username, request.params.username, request.body),
  );
  app.delete(
    '/api/accounts/:username',
    {
      config: { may: 'edit-accounts' },
      schema: {
        tags,
        summary: 'Remove an account',
        description: 'Ends its sessions and tokens; history keeps its name. The last administrator cannot be removed (409).',
        params: idParams('username'),
        response: { 204: Type.Null({ description: 'removed' }) },
      },
    },
    async (request, reply) => {
      await accounts.remove(viewerOf(request).username, request.params.username);
      return reply.code(204).send(null);
    },
  );
};
