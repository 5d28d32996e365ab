/** What a socket shows of itself: the API token as `auth.token`, else the cookie of the session. */
import type { Credentials, Viewer } from '../accounts/accounts.ts';

/** Whom it stands for; an agent has no live view. */
export type Identity = { viewer: Viewer } | { agent: unknown };

export function shownBy(handshake: { auth: { [key: string]: unknown }; headers: { cookie?: string | undefined } }, sessionCookie: string): Credentials {
  const { token } = handshake.auth;
  if (typeof token === 'string') return { bearer: token };
  const session = cookieOf(handshake.headers.cookie ?? '', sessionCookie);
  return session === undefined ? {} : { session };
}

function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    try {
      return decodeURIComponent(value);
    } catch {
      return undefined; // not one that we have set
    }
  }
  return undefined;
}
