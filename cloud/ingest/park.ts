import { createHash } from 'node:crypto';
import { kindOf } from '../../devices/kinds/kinds.ts';
import type { DeviceFacts, Item } from './ingest.ts';

/** Why a message is parked. Stable: counters, pages and tests name them. */
export const parkedReasons = {
  'bad-topic': 'no topic of an agent',
  malformed: 'not what the contract says',
  'unknown-agent': 'the agent is not in the register',
  'unknown-device': 'the device is not in the register',
  'foreign-device': 'the device is bound to another agent',
  'moved-device': 'sent by a former agent after the device moved',
  'no-known-metric': 'the kind knows none of its metrics',
  'bad-value': 'a metric has a value of another type',
  'unknown-event': 'the kind knows no such event',
  'event-id-taken': 'another device has used this event id',
  'unknown-model': 'no decoder is known for the device',
  'undecodable-payload': 'the decoder could not read the bytes',
  'not-a-reading': 'a message of the network about itself',
} as const;
export type ParkedReason = keyof typeof parkedReasons;

export interface ParkedFrom {
  agent: string;
  device: string | null;
  topic: string;
  rx: number;
}

/** What is kept of a topic or a detail, which hold what the sender liked: rows are bounded by their number. */
const longestText = 300;
const clipped = (text: string) => (text.length > longestText ? `${text.slice(0, longestText)}…` : text);

/** Bytes are kept only of a known device whose kind is not near people's faces (contract, "MQTT"). */
export function park(reason: ParkedReason, detail: string, from: ParkedFrom, bytes: Uint8Array, facts: DeviceFacts | undefined): Extract<Item, { type: 'parked' }> {
  const mayKeep = facts !== undefined && kindOf(facts.kind)?.sensitive === false;
  return {
    type: 'parked',
    parked: {
      ...from,
      reason,
      detail: clipped(detail),
      topic: clipped(from.topic),
      size: bytes.byteLength,
      hash: createHash('sha256').update(bytes).digest('hex'),
      bytes: mayKeep ? bytes : null,
    },
  };
}
