import Type from 'typebox';
import { asyncapi as documentOf } from '../asyncapi.ts';
import type { Routes } from '../routes.ts';

export const asyncapi: Routes = (app, { version }) => {
  const document = documentOf(version);
  app.get(
    '/api/asyncapi.json',
    {
      config: { may: 'anyone' },
      schema: { summary: 'What is said over MQTT and socket.io', response: { 200: Type.Object({}, { additionalProperties: true, description: 'AsyncAPI 3.0' }) } },
    },
    () => document,
  );
};
