/** /api/openapi.json, made from the schemas that validate. What every route shares is added here: strict queries, problems, `x-may`. */
import swagger from '@fastify/swagger';
import type { FastifyInstance, RouteOptions } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { Problem, problemType } from './problems.ts';

const problemContent = { description: 'A problem (RFC 9457)', content: { [problemType]: { schema: Problem } } };

interface DocumentedSchema {
  hide?: boolean;
  summary?: string;
  body?: TSchema;
  querystring?: TSchema & { additionalProperties?: unknown };
  response?: Record<string, unknown>;
  security?: unknown;
  [key: `x-${string}`]: unknown;
}

export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Gridwarden', version, description: 'Devices of a district, their readings, alerts and cases. Times are milliseconds since 1970 in UTC.' },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'gw_session', description: 'from POST /api/session' },
          token: { type: 'http', scheme: 'bearer', description: 'an API token from POST /api/tokens; for pictures, the token of an agent' },
        },
      },
    },
  });
  app.addHook('onRoute', (route: RouteOptions) => {
    const schema = (route.schema ?? {}) as DocumentedSchema;
    route.schema = schema as NonNullable<RouteOptions['schema']>;
    if (schema.hide) return;
    if (!schema.summary || !schema.response) throw new Error(`${String(route.method)} ${route.url} has no summary or no response schema`);
    // Unknown keys of a query are told, not ignored.
    schema.querystring ??= Type.Object({}, { additionalProperties: false });
    if (schema.querystring.additionalProperties !== false) throw new Error(`${route.url}: its querystring must refuse unknown keys`);
    schema.response = { ...schema.response, '4xx': problemContent, '5xx': problemContent };
    schema['x-may'] = route.config?.may;
    schema.security = route.config?.may === 'anyone' ? [] : [{ session: [] }, { token: [] }];
  });
  app.get(
    '/api/openapi.json',
    { config: { may: 'anyone' }, schema: { summary: 'This document', response: { 200: Type.Object({}, { additionalProperties: true, description: 'OpenAPI 3.1' }) } } },
    () => app.swagger(),
  );
}
