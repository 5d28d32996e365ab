/** MQTT topics of the contract, built and taken apart. */
import { isId } from '../ids.ts';

export const root = 'gw/v1';

/** What an agent says (up) below `gw/v1/{agent}/`. `device` is null for a gateway's batch and for the agent's state. */
export type UpTopic =
  | { agent: string; device: string; what: 'event' | 'reply' }
  | { agent: string; device: string | null; what: 'telemetry' }
  | { agent: string; device: null; what: 'state' };

export const telemetryTopic = (agent: string, device?: string) => (device === undefined ? `${root}/${agent}/telemetry` : `${root}/${agent}/${device}/telemetry`);
export const eventTopic = (agent: string, device: string) => `${root}/${agent}/${device}/event`;
export const replyTopic = (agent: string, device: string) => `${root}/${agent}/${device}/reply`;
export const stateTopic = (agent: string) => `${root}/${agent}/state`;
export const commandTopic = (agent: string, device: string) => `${root}/${agent}/${device}/command`;
/** What an agent subscribes to for the commands of all its devices. */
export const commandFilter = (agent: string) => `${root}/${agent}/+/command`;
export const flowTopic = (agent: string) => `${root}/${agent}/flow`;

const deviceTopics = new Set(['telemetry', 'event', 'reply']);

/** null: not a topic that anybody may publish on below `gw/v1/`. */
export function parseUpTopic(topic: string): UpTopic | null {
  const parts = topic.split('/');
  if (parts[0] !== 'gw' || parts[1] !== 'v1' || !isId(parts[2])) return null;
  const agent = parts[2];
  if (parts.length === 4 && (parts[3] === 'telemetry' || parts[3] === 'state')) return { agent, device: null, what: parts[3] };
  if (parts.length === 5 && isId(parts[3]) && deviceTopics.has(parts[4] as string)) return { agent, device: parts[3], what: parts[4] as 'event' };
  return null;
}

/** null: not a command topic. */
export function parseCommandTopic(topic: string): { agent: string; device: string } | null {
  const parts = topic.split('/');
  return parts.length === 5 && parts[0] === 'gw' && parts[1] === 'v1' && parts[4] === 'command' && isId(parts[2]) && isId(parts[3]) ? { agent: parts[2], device: parts[3] } : null;
}
