import { Rule } from '../../rules/rules.ts';
import { viewerOf } from '../auth.ts';
import { idParams } from '../bodies.ts';
import { fromCursor, isWhole, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const tags = ['rules'];

export const rules: Routes = (app, { register: { rules } }) => {
  app.get('/api/rules', { config: { may: 'read' }, schema: { tags, summary: 'The rules', querystring: query(paging(1000)), response: { 200: listOf(Rule) } } }, async (request) => {
    const { limit = 1000, cursor } = request.query;
    const { items, next, total } = await rules.list({ limit, after: fromCursor(cursor, isWhole) });
    return { items, next: next === null ? null : toCursor(next), total };
  });
  app.get('/api/rules/:id', { config: { may: 'read' }, schema: { tags, summary: 'A rule', params: idParams('id'), response: { 200: Rule } } }, (request) =>
    rules.get(request.params.id),
  );
  app.put(
    '/api/rules/:id',
    {
      config: { may: 'edit-rules' },
      schema: {
        tags,
        summary: 'Switch or tune a rule',
        description: 'The whole rule. What it is (id, type, cause, kind, metric, op, event) stays (409); it judges every reading that arrives after the answer.',
        params: idParams('id'),
        body: Rule,
        response: { 200: Rule },
      },
    },
    (request) => rules.put(viewerOf(request), request.params.id, request.body),
  );
};
