import Type from 'typebox';
import { auditList } from '../../desk/desk.ts';
import { fromCursor, isWhole, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const Entry = Type.Object({ id: Type.Integer(), at: Type.Number(), by: Type.String(), action: Type.String(), subject: Type.String(), detail: Type.Unknown() });

export const audit: Routes = (app, { desk }) => {
  app.get(
    '/api/audit',
    {
      config: { may: 'read-audit' },
      schema: { tags: ['operations'], summary: 'Who did what and when, newest first', querystring: query(paging()), response: { 200: listOf(Entry) } },
    },
    async (request) => {
      const { limit = 100, cursor } = request.query;
      const { items, next, total } = await auditList(desk, { limit, before: fromCursor(cursor, isWhole) });
      return { items, next: next === null ? null : toCursor(next), total };
    },
  );
};
