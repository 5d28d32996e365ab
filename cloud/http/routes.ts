/** Every route of the product, by its file. One more file in `routes/` is one more line here. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';
import type { HttpDeps } from './deps.ts';
import { accounts } from './routes/accounts.ts';
import { agents } from './routes/agents.ts';
import { devices } from './routes/devices.ts';
import { places } from './routes/places.ts';
import { session } from './routes/session.ts';
import { tokens } from './routes/tokens.ts';

/** The server as routes see it: handlers are typed by their schemas. */
export type App = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, TypeBoxTypeProvider>;
/** Adds its routes. Each says in `config.may` whom it serves, and in `schema` its summary, input and responses. */
export type Routes = (app: App, deps: HttpDeps) => void | Promise<void>;

export const routes: Record<string, Routes> = { session, accounts, tokens, devices, agents, places };
