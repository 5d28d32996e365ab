/** The door of HTTP: one server for the API, the page and (on the same `server`) the live socket. Builds, does not listen by itself. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { cannotListen } from '../listening.ts';
import { addAuth, addOriginCheck } from './auth.ts';
import { addPlainBodies } from './bodies.ts';
import type { HttpDeps } from './deps.ts';
import { addOpenApi } from './openapi.ts';
import { addPage } from './page.ts';
import { answerBrokenRequest, onError, problem, sendProblem } from './problems.ts';
import { type App, type Routes, routes } from './routes.ts';
import { addSecurityHeaders } from './security.ts';
import { addUnreadBound } from './unread.ts';
import { validatorCompiler } from './validation.ts';

export type { Credentials, Viewer } from '../accounts/accounts.ts';
export { type AgentIdentity, credentialsOf, type Identify, identifyBy, isOwnOrigin, sessionCookie, viewerOf } from './auth.ts';
export type { HttpDeps } from './deps.ts';
export type { App, Routes } from './routes.ts';

export interface Http {
  /** For tests: requests by `inject`. */
  app: App;
  /** For socket.io and other upgrades. */
  server: Server;
  /** Port 0 takes a free one; the answer is the one taken. */
  listen(host: string, port: number): Promise<{ port: number }>;
  /** Takes no new requests, ends those under way. Twice is harmless. */
  stop(): Promise<void>;
}

const bodyBytes = 1_048_576;
/** A request has so long to come whole (a picture over a bad line), and a connection on which nothing moves ends, ms; Fastify knows no bound of either. */
const requestMs = 300_000;
const stillMs = 60_000;

/** `list`: the routes to serve; all of the product's unless a test serves fewer. */
export async function buildHttp(deps: HttpDeps, list: Record<string, Routes> = routes): Promise<Http> {
  const app = Fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytes,
    requestTimeout: requestMs,
    connectionTimeout: stillMs,
    // An address that cannot be decoded, and what is no HTTP at all, are told in the same shape as the rest.
    frameworkErrors: onError,
    clientErrorHandler: answerBrokenRequest,
    // An open page keeps its connection; it must not hold up the end.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
  }).withTypeProvider<TypeBoxTypeProvider>() as unknown as App;
  app.setValidatorCompiler(validatorCompiler);
  // The schemas of answers are for the document and the tests; here they would cost more than JSON.stringify.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(onError);
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problem('not-found', 'There is no such page or route.')));
  const plain = app as unknown as FastifyInstance;
  for (const [, add] of steps(deps, list)) await add(plain);
  await app.ready();
  return {
    app,
    server: app.server,
    async listen(host, port) {
      await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
        throw cannotListen('HTTP', 'GW_HTTP_PORT', host, port, error);
      });
      return { port: (app.server.address() as AddressInfo).port };
    },
    stop: () => app.close(),
  };
}

/** In the order in which a request meets them. */
const steps = (deps: HttpDeps, list: Record<string, Routes>): [string, (app: FastifyInstance) => void | Promise<void>][] => [
  ['headers', addSecurityHeaders],
  ['unread', addUnreadBound],
  ['compress', async (app) => void (await app.register(compress, { threshold: 1024, encodings: ['br', 'gzip'], globalDecompression: false }))],
  ['plain bodies', addPlainBodies],
  ['cookies', async (app) => void (await app.register(cookie))],
  ['origin', addOriginCheck],
  ['who asks', (app) => addAuth(app, deps.identify)],
  ['document', (app) => addOpenApi(app, deps.version)],
  [
    'routes',
    async (app) => {
      for (const add of Object.values(list)) await app.register(async (scope) => add(scope as unknown as App, deps));
    },
  ],
  ['page', (app) => addPage(app, deps.pageDir)],
];
