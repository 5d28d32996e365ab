import Type from 'typebox';
import { Alert, type AlertAct } from '../../alerts/alerts.ts';
import { conflict, notFound } from '../../refusal.ts';
import { viewerOf } from '../auth.ts';
import { idParams } from '../bodies.ts';
import { fromCursor, isWhole, listOf, paging, query, toCursor } from '../lists.ts';
import type { Routes } from '../routes.ts';

const tags = ['alerts'];
const states = ['firing', 'acknowledged', 'shelved', 'resolved', 'open'] as const;
const Filter = {
  state: Type.Optional(Type.Enum(states, { description: `one of ${states.join(', ')}; open: all that are not resolved` })),
  device: Type.Optional(Type.String({ maxLength: 64, description: 'the id of a device' })),
  cause: Type.Optional(Type.String({ maxLength: 64, description: 'a cause' })),
};
const Note = Type.Object({ note: Type.Optional(Type.String({ maxLength: 1000, description: 'at most 1000 characters' })) }, { additionalProperties: false });

export const alerts: Routes = (app, { alerts, actOnAlert, clock }) => {
  app.get(
    '/api/alerts',
    { config: { may: 'read' }, schema: { tags, summary: 'Alerts of the scope, newest first', querystring: query({ ...Filter, ...paging() }), response: { 200: listOf(Alert) } } },
    async (request) => {
      const { limit = 100, cursor, ...filter } = request.query;
      const after = fromCursor(cursor, isWhole);
      const { items, next, total } = alerts.list(viewerOf(request).scope, { ...filter, limit, ...(after === undefined ? {} : { cursor: after }) });
      return { items, next: next === null ? null : toCursor(next), total };
    },
  );
  app.get('/api/alerts/:id', { config: { may: 'read' }, schema: { tags, summary: 'An alert', params: idParams('id'), response: { 200: Alert } } }, async (request) => {
    const alert = alerts.get(viewerOf(request).scope, request.params.id);
    if (!alert) throw notFound('alert');
    return alert;
  });

  const acts = [
    { path: 'ack', may: 'ack-alerts', action: 'ack', summary: 'Acknowledge an alert: somebody has seen it' },
    { path: 'resolve', may: 'resolve-alerts', action: 'resolve', summary: 'End an alert that nothing else ends' },
  ] as const satisfies { path: string; may: string; action: AlertAct['action']; summary: string }[];
  for (const { path, may, action, summary } of acts) {
    app.post(
      `/api/alerts/:id/${path}`,
      { config: { may }, schema: { tags, summary, params: idParams('id'), body: Type.Union([Note, Type.Null()]), response: { 200: Alert } } },
      async (request) => {
        const viewer = viewerOf(request);
        const { id } = request.params as { id: string };
        if (!alerts.get(viewer.scope, id)) throw notFound('alert');
        const result = await actOnAlert({ alert: id, action, by: viewer.username, at: clock.now(), note: (request.body as { note?: string } | null)?.note ?? null });
        if (result.ok) return result.alert;
        throw result.code === 'not-found' ? notFound('alert') : conflict(result.message);
      },
    );
  }
};
