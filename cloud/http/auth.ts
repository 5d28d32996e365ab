/** Who asks, and whether that one may do what the route does. Denied unless the route says who may. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type Accounts, type Act, type Credentials, isAct, may, sessionMs, type Viewer } from '../accounts/accounts.ts';
import { forbidden, Refusal } from '../refusal.ts';
import type { Register } from '../register/register.ts';

/** An agent that shows its token (it hands in pictures). */
export interface AgentIdentity {
  agent: string;
  role: 'agent' | 'bridge';
}
/** undefined: nobody, or no longer. `renewed`: the session's end has moved on. */
export type Identify = (credentials: Credentials) => Promise<{ viewer: Viewer; renewed?: boolean } | { agent: AgentIdentity } | undefined>;

/** A person by session or API token, else an agent by its token. */
export const identifyBy =
  (accounts: Accounts, agents: Register['agents']): Identify =>
  async (credentials) => {
    const person = await accounts.identify(credentials);
    if (person || credentials.bearer === undefined) return person;
    const agent = await agents.identify(credentials.bearer);
    return agent && { agent };
  };

/**
 * Whom a route serves: anyone, whoever is signed in, an agent, a role that may do the act, or either of the last two.
 * It is also printed into the OpenAPI document as `x-may`.
 */
export type RouteMay = 'anyone' | 'signed in' | 'agent' | Act | { act: Act; orAgent: true };

declare module 'fastify' {
  interface FastifyContextConfig {
    may?: RouteMay;
  }
  interface FastifyRequest {
    /** Set on every route but those for anyone and for agents; read it with `viewerOf`. */
    viewer: Viewer | null;
    agent: AgentIdentity | null;
  }
}

export const sessionCookie = 'gw_session';

/** `secure: 'auto'`: over TLS the cookie is never sent without it. */
export const setSessionCookie = (reply: FastifyReply, secret: string): FastifyReply =>
  reply.setCookie(sessionCookie, secret, { httpOnly: true, sameSite: 'strict', path: '/', secure: 'auto', maxAge: sessionMs / 1000 });

/** The signed-in viewer of a route that needs one. */
export function viewerOf(request: FastifyRequest): Viewer {
  if (!request.viewer) throw notSignedIn();
  return request.viewer;
}

export function credentialsOf(headers: { authorization?: string | undefined }, cookies: Record<string, string | undefined>): Credentials {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const session = cookies[sessionCookie];
  // Whoever shows a token means the token: a stale cookie beside it changes nothing.
  return bearer !== undefined ? { bearer } : session !== undefined ? { session } : {};
}

const notSignedIn = () => new Refusal('not-signed-in', 'Sign in, or send an API token as "Authorization: Bearer …".');

export function addAuth(app: FastifyInstance, identify: Identify): void {
  app.decorateRequest('viewer', null);
  app.decorateRequest('agent', null);
  app.addHook('onRoute', (route: RouteOptions) => {
    const declared = route.config?.may;
    if (declared === undefined) throw new Error(`${String(route.method)} ${route.url} does not say who may use it (config.may)`);
    if (typeof declared === 'string' && !['anyone', 'signed in', 'agent'].includes(declared) && !isAct(declared)) throw new Error(`${route.url}: unknown right "${declared}"`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const required = request.routeOptions.config.may;
    if (request.is404 || required === 'anyone') return;
    const credentials = credentialsOf(request.headers, request.cookies);
    const identity = await identify(credentials);
    if (!identity || required === undefined) throw notSignedIn();
    if ('agent' in identity) {
      if (required !== 'agent' && typeof required !== 'object') throw forbidden("An agent's token is for handing in pictures alone.");
      request.agent = identity.agent;
      return;
    }
    request.viewer = identity.viewer;
    if (identity.renewed && credentials.session !== undefined) setSessionCookie(reply, credentials.session);
    if (required === 'signed in') return;
    if (required === 'agent') throw forbidden('This route is for agents.');
    const act = typeof required === 'object' ? required.act : required;
    if (!may(identity.viewer, act)) throw forbidden(`Your role and scope do not allow "${act}".`);
  });
}

/** A page of another origin may not act with the session of whoever looks at it. Scripts send no Origin. */
export function addOriginCheck(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const { origin, host } = request.headers;
    if (origin === undefined || request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return;
    if (!isOwnOrigin(origin, host)) throw new Refusal('foreign-origin', 'Requests that act are taken from the pages of this origin, and from scripts.');
  });
}

/** Whether a page of this origin is ours. socket.io asks the same. */
export function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
