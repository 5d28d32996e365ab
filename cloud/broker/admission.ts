/** Who is let in, and with which rights (contract, "MQTT"; MQTT 3.1.1, 3.1 and 3.2). Pure. */
import { isId } from '../../devices/ids.ts';
import type { Credential } from '../threads/threads.ts';
import type { Credentials } from './credentials.ts';
import type { ConnackCode } from './gate.ts';
import { agentRights, isText, isTopicOf, type Rights } from './rights.ts';

/** What a CONNECT says of itself. */
export interface Introduction {
  clientId: string;
  username: string | undefined;
  password: Uint8Array | undefined;
  willTopic: string | undefined;
  /** It asked for its session to be kept over connections. */
  keepSession: boolean;
}

export type Admission =
  | { credential: Credential; rights: Rights }
  /** `known`: the id that was asked for, where there is such a one. */
  | { refused: ConnackCode; reason: string; known: string | null };

export function admit({ clientId, username, password, willTopic, keepSession }: Introduction, credentials: Credentials, bridgeRights: Rights): Admission {
  if (!isId(username) || !password) return { refused: 4, reason: 'no user name or no token', known: null };
  const credential = credentials.check(username, password);
  if (!credential) return { refused: 4, reason: 'a wrong token', known: credentials.has(username) ? username : null };
  const known = credential.id;
  if (credential.role === 'agent' && clientId !== known) return { refused: 2, reason: "its client id is not the agent's id", known };
  if (!isText(clientId)) return { refused: 2, reason: 'its client id is no text', known };
  if (clientId === '' && keepSession) return { refused: 2, reason: 'a session cannot be kept without a client id', known };
  const rights = credential.role === 'agent' ? agentRights(known) : bridgeRights;
  if (willTopic !== undefined && !isTopicOf(willTopic, rights)) return { refused: 5, reason: 'a Will outside its rights', known };
  return { credential, rights };
}
