import type { Generated } from 'kysely';

export interface AccountTable {
  username: string;
  /** argon2id, in its own text form. */
  password: string;
  role: string;
  /** JSON, as it was given. */
  scope: string;
  created: number;
  /** A name is never used again: a removed account stays as a row. */
  removed: number | null;
}
export interface SessionTable {
  /** SHA-256 of what the cookie holds, hex. */
  id: string;
  username: string;
  created: number;
  seen: number;
  expires: number;
}
export interface TokenTable {
  id: string;
  /** SHA-256 of the token, hex. */
  hash: string;
  username: string;
  name: string;
  created: number;
  expires: number;
}
/** Who did what and when; never a secret. */
export interface AuditTable {
  id: Generated<number>;
  at: number;
  by: string;
  action: string;
  subject: string;
  /** JSON or null. */
  detail: string | null;
}
