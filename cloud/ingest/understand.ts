/** The questions that every decoder asks, whatever the dialect. Pure. */
import { type Kind, kindOf, type Values } from '../../devices/kinds/kinds.ts';
import type { EventPayload, ReadingPayload } from '../../devices/wire/wire.ts';
import type { DeviceFacts } from './ingest.ts';
import type { ParkedReason } from './park.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** undefined: not JSON in UTF-8. */
export function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(payload));
  } catch {
    return undefined;
  }
}

/** Why this agent may not speak for the device; null where it may. `at`: when it was said, by the device's clock. */
export function refusal(facts: DeviceFacts | undefined, agent: string, at: number | 'now', rx: number): { reason: ParkedReason; detail: string } | null {
  if (!facts) return { reason: 'unknown-device', detail: 'not in the register' };
  if (facts.agent === agent) return null;
  const former = facts.former.find((one) => one.agent === agent);
  if (!former) return { reason: 'foreign-device', detail: facts.agent === null ? 'bound to no agent' : 'bound to another agent' };
  return (at === 'now' ? rx : at) < former.until ? null : { reason: 'moved-device', detail: 'it had moved by then' };
}

/** The metrics that the kind knows, with what follows from them; or why there are none. */
export function valuesOf(payload: Pick<ReadingPayload, 'values'>, facts: DeviceFacts): { values: Values; unknownMetrics: number } | { reason: ParkedReason; detail: string } {
  const kind = kindOf(facts.kind) as Kind;
  let values = payload.values as Values;
  let known = 0;
  let unknownMetrics = 0;
  for (const metric in payload.values) {
    const value = payload.values[metric];
    const spec = Object.hasOwn(kind.metrics, metric) ? kind.metrics[metric] : undefined;
    if (!spec) unknownMetrics++;
    else if (typeof value !== spec.type || (spec.type === 'number' && !Number.isFinite(value)))
      return { reason: 'bad-value', detail: `/values/${metric}: a ${spec.type === 'number' ? 'finite number' : 'boolean'}` };
    else known++;
  }
  if (known === 0) return { reason: 'no-known-metric', detail: `/values: one of ${Object.keys(kind.metrics).join(', ')}` };
  if (unknownMetrics > 0) values = Object.fromEntries(Object.entries(values).filter(([metric]) => Object.hasOwn(kind.metrics, metric)));
  return { values: kind.derive ? kind.derive(values, facts.baseline) : values, unknownMetrics };
}

/** Only the fields that the kind names for this event, of the type it names (privacy: contract, "MQTT"). */
export function keptData(event: Pick<EventPayload, 'kind' | 'data'>, facts: DeviceFacts): Record<string, number | string | boolean> {
  const fields = kindOf(facts.kind)?.events[event.kind]?.data ?? {};
  const kept: Record<string, number | string | boolean> = {};
  for (const [name, type] of Object.entries(fields)) {
    const value = event.data?.[name];
    if (typeof value === type && (type !== 'string' || (value as string).length <= 200) && (type !== 'number' || Number.isFinite(value)))
      kept[name] = value as number | string | boolean;
  }
  return kept;
}
