/** Every route of the product, by its file. One more file in `routes/` is one more line here. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';
import type { HttpDeps } from './deps.ts';
import { accounts } from './routes/accounts.ts';
import { agents } from './routes/agents.ts';
import { alerts } from './routes/alerts.ts';
import { asyncapi } from './routes/asyncapi.ts';
import { audit } from './routes/audit.ts';
import { cases } from './routes/cases.ts';
import { commands } from './routes/commands.ts';
import { devices } from './routes/devices.ts';
import { health } from './routes/health.ts';
import { installation } from './routes/installation.ts';
import { kinds } from './routes/kinds.ts';
import { map } from './routes/map.ts';
import { parked } from './routes/parked.ts';
import { photos } from './routes/photos.ts';
import { places } from './routes/places.ts';
import { rules } from './routes/rules.ts';
import { session } from './routes/session.ts';
import { telemetry } from './routes/telemetry.ts';
import { tokens } from './routes/tokens.ts';

/** The server as routes see it: handlers are typed by their schemas. */
export type App = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, TypeBoxTypeProvider>;
/** Adds its routes. Each says in `config.may` whom it serves, and in `schema` its summary, input and responses. */
export type Routes = (app: App, deps: HttpDeps) => void | Promise<void>;

export const routes: Record<string, Routes> = {
  session,
  accounts,
  tokens,
  devices,
  telemetry,
  alerts,
  cases,
  photos,
  commands,
  agents,
  places,
  map,
  installation,
  kinds,
  rules,
  parked,
  audit,
  health,
  asyncapi,
};
