/** A reading that the store refuses, as a parked message. */
import { createHash } from 'node:crypto';
import { kindOf } from '../../../devices/kinds/kinds.ts';
import type { Parked } from '../../ingest/ingest.ts';
import type { Rejected } from '../../telemetry/telemetry.ts';
import type { Source } from './batch.ts';

const encoder = new TextEncoder();

/** Bytes are kept as JSON, and only of a kind that is not near people's faces (contract, "MQTT"). */
export function parkedOf({ reading, reason }: Rejected, { agent, topic }: Source): Parked {
  const { device, kind, ts, rx, values } = reading;
  const bytes = encoder.encode(JSON.stringify({ device, ts, values }));
  return {
    reason: 'store-refused',
    detail: reason,
    agent,
    device,
    topic,
    rx,
    size: bytes.byteLength,
    hash: createHash('sha256').update(bytes).digest('hex'),
    bytes: kindOf(kind)?.sensitive === false ? bytes : null,
  };
}
