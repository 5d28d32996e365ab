import Type from 'typebox';
import { Agent, AgentInput } from '../../register/register.ts';
import { viewerOf } from '../auth.ts';
import { idParams } from '../bodies.ts';
import { fromCursor, isText, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const tags = ['agents'];
const Shown = Type.Object({ id: Type.String(), token: Type.String({ description: 'the password for MQTT; shown this once' }) });

export const agents: Routes = (app, { register: { agents } }) => {
  app.get(
    '/api/agents',
    {
      config: { may: 'read' },
      schema: {
        tags,
        summary: 'Agents: whether they are connected, and what came from them',
        description: 'A scope sees an agent whose devices are all its own.',
        querystring: query(paging(1000)),
        response: { 200: listOf(Agent) },
      },
    },
    async (request) => {
      const { limit = 1000, cursor } = request.query;
      const { items, next, total } = await agents.list(viewerOf(request).scope, { limit, after: fromCursor(cursor, isText) });
      return { items, next: next === null ? null : toCursor(next), total };
    },
  );
  app.post('/api/agents', { config: { may: 'edit-agents' }, schema: { tags, summary: 'Add an agent', body: AgentInput, response: { 201: Shown } } }, async (request, reply) =>
    reply.code(201).send(await agents.create(viewerOf(request), request.body)),
  );
  app.post(
    '/api/agents/:id/token',
    {
      config: { may: 'edit-agents' },
      schema: {
        tags,
        summary: 'A new token for an agent',
        description: 'The old one ends, and with it the connection that was made with it.',
        params: idParams('id'),
        response: { 201: Shown },
      },
    },
    async (request, reply) => reply.code(201).send(await agents.renewToken(viewerOf(request), request.params.id)),
  );
  app.delete(
    '/api/agents/:id',
    {
      config: { may: 'edit-agents' },
      schema: {
        tags,
        summary: 'Revoke an agent',
        description: 'It is cut off at once; its devices stay, unbound.',
        params: idParams('id'),
        response: { 204: Type.Null({ description: 'revoked' }) },
      },
    },
    async (request, reply) => {
      await agents.remove(viewerOf(request), request.params.id);
      return reply.code(204).send(null);
    },
  );
};
