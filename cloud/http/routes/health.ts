import Type from 'typebox';
import { Health } from '../../health.ts';
import type { Routes } from '../routes.ts';

export const health: Routes = (app, { health: look, metrics }) => {
  app.get(
    '/health',
    {
      config: { may: 'anyone' },
      schema: {
        tags: ['operations'],
        summary: 'The path of a reading, stage by stage',
        description: '200 once page, API and MQTT accept, 503 before. At every stage in = accepted + rejected + repeats + parked + waiting, since the process began.',
        response: { 200: Health, 503: Health },
      },
    },
    async (_request, reply) => {
      const now = await look();
      return reply
        .code(now.status === 'starting' ? 503 : 200)
        .header('cache-control', 'no-store')
        .send(now);
    },
  );
  app.get(
    '/metrics',
    {
      config: { may: 'anyone' },
      schema: {
        tags: ['operations'],
        summary: 'The same numbers for Prometheus',
        response: { 200: { description: 'Prometheus text', content: { 'text/plain': { schema: Type.String() } } } },
      },
    },
    async (_request, reply) => {
      const { contentType, text } = await metrics();
      return reply.type(contentType).serializer(String).send(text);
    },
  );
};
