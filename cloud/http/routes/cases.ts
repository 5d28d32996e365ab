import Type from 'typebox';
import { type Action, actions, Case, CaseInput, type Stage, shown, stages } from '../../cases/cases.ts';
import { invalid, notFound } from '../../refusal.ts';
import { viewerOf } from '../auth.ts';
import { idParams } from '../bodies.ts';
import { fromCursor, isWhole, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const tags = ['cases'];
const words = (description: string) => Type.Optional(Type.String({ maxLength: 4000, description: `${description}; several with commas` }));
const Filter = { stage: words(stages.join(', ')), department: words('a department that has it now'), device: words('a device') };

const CaseAction = Type.Object(
  {
    action: Type.Enum(actions, { description: `one of ${actions.join(', ')}` }),
    version: Type.Integer({ description: 'the `version` of the case as you saw it' }),
    note: Type.Optional(Type.String({ maxLength: 2000, description: 'at most 2000 characters' })),
    department: Type.Optional(Type.String({ maxLength: 64, description: 'with dispatch: the id of a department; without it the one that the case has' })),
  },
  { additionalProperties: false },
);

export const cases: Routes = (app, { cases }) => {
  app.get(
    '/api/cases',
    { config: { may: 'read' }, schema: { tags, summary: 'Cases of the scope, newest first', querystring: query({ ...Filter, ...paging() }), response: { 200: listOf(Case) } } },
    async (request) => {
      const viewer = viewerOf(request);
      const { limit = 100, cursor, ...wanted } = request.query;
      const filter = Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, value.split(',')]));
      const wrong = filter.stage?.find((word) => !stages.includes(word as Stage));
      if (wrong !== undefined) throw invalid([{ key: 'stage', value: wrong, allowed: `one of ${stages.join(', ')}` }]);
      const { items, next, total } = await cases.list(viewer.scope, filter, { limit, after: fromCursor(cursor, isWhole) });
      return { items: items.map((record) => shown(record, viewer)), next: next === null ? null : toCursor(next), total };
    },
  );
  app.get(
    '/api/cases/summary',
    {
      config: { may: 'read' },
      schema: { tags, summary: 'How many cases of the scope there are at each stage', response: { 200: Type.Object({ stages: Type.Record(Type.String(), Type.Integer()) }) } },
    },
    async (request) => ({ stages: await cases.summary(viewerOf(request).scope) }),
  );
  app.get('/api/cases/:id', { config: { may: 'read' }, schema: { tags, summary: 'A case', params: idParams('id'), response: { 200: Case } } }, async (request) => {
    const viewer = viewerOf(request);
    const record = await cases.get(viewer.scope, request.params.id);
    if (!record) throw notFound('case');
    return shown(record, viewer);
  });
  app.post('/api/cases', { config: { may: 'open-cases' }, schema: { tags, summary: 'Open a case', body: CaseInput, response: { 201: Case } } }, async (request, reply) => {
    const viewer = viewerOf(request);
    return reply.code(201).send(shown(await cases.create(viewer, request.body), viewer));
  });
  app.post(
    '/api/cases/:id/actions',
    {
      config: { may: 'act-on-cases' },
      schema: {
        tags,
        summary: 'Act on a case',
        description:
          'The only way a case moves. What it does not take now, or a stale `version`, is 409 with `legal` (what you may do now), its present `version` and `stage`, and `last` (who did what, when).',
        params: idParams('id'),
        body: CaseAction,
        response: { 200: Case },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { action, ...act } = request.body;
      return shown(await cases.act(viewer, request.params.id, { ...act, action: action as Action }), viewer);
    },
  );
};
