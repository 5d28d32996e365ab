import type { Scope } from '../scope.ts';
import type { Role } from './rights.ts';

/** Who a session or an API token stands for, with the rights of now. */
export interface Viewer {
  username: string;
  role: Role;
  scope: Scope;
  /** The session or the token that was shown, by its public id. */
  via: { session: string } | { token: string };
  /** When it ends unless it is used or renewed before, ms since 1970. */
  until?: number;
}

/** What a request or a socket shows of itself. */
export interface Credentials {
  /** The value of the session cookie. */
  session?: string;
  /** What stands after `Bearer`. */
  bearer?: string;
}
