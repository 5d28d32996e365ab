import Type from 'typebox';
import { acts, may, Role, type Viewer } from '../../accounts/accounts.ts';
import { Scope } from '../../scope.ts';
import { sessionCookie, setSessionCookie, viewerOf } from '../auth.ts';
import type { Routes } from '../routes.ts';

const strict = { additionalProperties: false };
const Me = Type.Object({
  username: Type.String(),
  role: Role,
  scope: Scope,
  may: Type.Array(Type.String(), { description: 'the acts that the role and scope allow' }),
});
const meOf = (viewer: Viewer) => ({ username: viewer.username, role: viewer.role, scope: viewer.scope, may: acts.filter((act) => may(viewer, act)) });

export const session: Routes = (app, { accounts }) => {
  app.post(
    '/api/session',
    {
      config: { may: 'anyone' },
      schema: {
        tags: ['session'],
        summary: 'Sign in',
        description: 'Sets the session cookie. A wrong name or password is 401; repeated failures are 429 with Retry-After.',
        body: Type.Object({ username: Type.String({ maxLength: 200 }), password: Type.String({ maxLength: 1000 }) }, strict),
        response: { 200: Me },
      },
    },
    async (request, reply) => {
      const { username, password } = request.body;
      const { viewer, secret } = await accounts.sessions.signIn(username, password, request.ip, request.cookies[sessionCookie]);
      setSessionCookie(reply, secret);
      return meOf(viewer);
    },
  );
  app.get('/api/session', { config: { may: 'signed in' }, schema: { tags: ['session'], summary: 'Who am I', response: { 200: Me } } }, async (request) => meOf(viewerOf(request)));
  app.delete(
    '/api/session',
    { config: { may: 'signed in' }, schema: { tags: ['session'], summary: 'Sign out', response: { 204: Type.Null({ description: 'signed out' }) } } },
    async (request, reply) => {
      await accounts.sessions.signOut(viewerOf(request));
      return reply.clearCookie(sessionCookie, { path: '/' }).code(204).send(null);
    },
  );
  app.put(
    '/api/session/password',
    {
      config: { may: 'signed in' },
      schema: {
        tags: ['session'],
        summary: 'Change the own password',
        description: 'Ends the other sessions of the account and its API tokens; what it was asked with goes on.',
        body: Type.Object({ old: Type.String({ maxLength: 1000 }), new: Type.String({ maxLength: 1000 }) }, strict),
        response: { 204: Type.Null({ description: 'changed' }) },
      },
    },
    async (request, reply) => {
      await accounts.sessions.changePassword(viewerOf(request), request.body.old, request.body.new, request.ip);
      return reply.code(204).send(null);
    },
  );
};
