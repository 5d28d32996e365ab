import Type from 'typebox';
import { type Kind, kinds as list } from '../../../devices/kinds/kinds.ts';
import { fromCursor, isWhole, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const Text = Type.Object({ zh: Type.String(), en: Type.String() });
const Severity = Type.Enum(['info', 'warning', 'critical'] as const);
const Span = Type.Optional(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }));
const named = { additionalProperties: true };

/** A kind's literal as the page reads it: labels, metrics, units, ranges, events, commands, limits. */
const KindShape = Type.Object({
  id: Type.String(),
  label: Text,
  main: Type.String({ description: 'the metric that a chart shows first' }),
  metrics: Type.Record(
    Type.String(),
    Type.Object({
      type: Type.Enum(['number', 'boolean'] as const),
      label: Text,
      unit: Type.String(),
      range: Span,
      normal: Span,
      digits: Type.Optional(Type.Integer()),
    }),
  ),
  events: Type.Record(Type.String(), Type.Object({ effect: Type.String(), label: Text, data: Type.Record(Type.String(), Type.String()) }, named)),
  commands: Type.Record(Type.String(), Type.Object({ label: Text, args: Type.Record(Type.String(), Type.Object({ type: Type.String(), label: Text }, named)) })),
  limits: Type.Array(
    Type.Object(
      {
        id: Type.String(),
        cause: Type.String(),
        metric: Type.String(),
        op: Type.String(),
        levels: Type.Array(Type.Object({ at: Type.Number(), severity: Severity })),
        hold_s: Type.Number(),
        clear: Type.Number(),
        clear_hold_s: Type.Number(),
        message: Text,
      },
      named,
    ),
  ),
});

const shapeOf = ({ id, label, main, metrics, events, commands, limits }: Kind) => ({ id, label, main, metrics, events, commands, limits });
const shapes = list.map(shapeOf);

export const kinds: Routes = (app) => {
  app.get(
    '/api/kinds',
    {
      config: { may: 'signed in' },
      schema: { tags: ['devices'], summary: 'The kinds of devices, as they are built in', querystring: query(paging()), response: { 200: listOf(KindShape) } },
    },
    (request) => {
      const { limit = 100, cursor } = request.query;
      const from = fromCursor(cursor, isWhole) ?? 0;
      const end = from + limit;
      return { items: shapes.slice(from, end), next: end < shapes.length ? toCursor(end) : null, total: shapes.length } as never;
    },
  );
};
