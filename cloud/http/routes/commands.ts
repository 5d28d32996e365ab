import { Command, CommandInput } from '../../commands/commands.ts';
import { notFound } from '../../refusal.ts';
import { viewerOf } from '../auth.ts';
import { idParams } from '../bodies.ts';
import { fromCursor, isText, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const tags = ['commands'];

export const commands: Routes = (app, { commands }) => {
  app.post(
    '/api/devices/:id/commands',
    {
      config: { may: 'send-commands' },
      schema: {
        tags,
        summary: 'Send a command to a device',
        description: 'Answered when it is kept. To an agent that is away it goes on its return, or it expires; never twice.',
        params: idParams('id'),
        body: CommandInput,
        response: { 202: Command },
      },
    },
    async (request, reply) => reply.code(202).send(await commands.send(viewerOf(request), request.params.id, request.body)),
  );
  app.get(
    '/api/devices/:id/commands',
    {
      config: { may: 'read' },
      schema: { tags, summary: 'Commands of a device, newest first', params: idParams('id'), querystring: query(paging()), response: { 200: listOf(Command) } },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query;
      const list = await commands.list(viewerOf(request).scope, request.params.id, { limit, before: fromCursor(cursor, isText) });
      if (!list) throw notFound('device');
      return { ...list, next: list.next === null ? null : toCursor(list.next) };
    },
  );
  app.get(
    '/api/commands/:id',
    { config: { may: 'read' }, schema: { tags, summary: 'A command and its reply', params: idParams('id'), response: { 200: Command } } },
    async (request) => {
      const command = await commands.get(viewerOf(request).scope, request.params.id);
      if (!command) throw notFound('command');
      return command;
    },
  );
};
