import { isId } from '../../devices/ids.ts';
import { type Kind, kindOf } from '../../devices/kinds/kinds.ts';
import { deepest, isShallow } from '../../devices/nesting.ts';
import { eventCheck, parseUpTopic, type ReadingPayload, readingCheck, replyCheck, stateCheck, type UpTopic } from '../../devices/wire/wire.ts';
import { judgeClock } from './clock-check.ts';
import { dialectOf } from './dialects/dialects.ts';
import type { DeviceFacts, DeviceView, Item } from './ingest.ts';
import { type ParkedFrom, type ParkedReason, park } from './park.ts';
import { plainReadings } from './plain-readings.ts';
import { keptData, parseJson, refusal, valuesOf } from './understand.ts';

export interface Message {
  agent: string;
  topic: string;
  payload: Uint8Array;
  rx: number;
}

const encoder = new TextEncoder();

/** A part of a message as bytes of its own; the whole message where it is nested too deeply to be written again. */
function bytesOf(part: unknown, whole: Uint8Array): Uint8Array {
  try {
    return encoder.encode(JSON.stringify(part));
  } catch {
    return whole;
  }
}

/** Topics that were taken apart, none that is wrong (it may be of any length); emptied when there are more than a district has. */
const known = new Map<string, UpTopic>();
const mostKnown = 200_000;

function upTopic(topic: string): UpTopic | null {
  const before = known.get(topic);
  if (before) return before;
  const up = parseUpTopic(topic);
  if (known.size >= mostKnown) known.clear();
  if (up) known.set(topic, up);
  return up;
}

/** One message → what it says. Never throws; what is not understood is parked, alone. Pure: no clock, no state. */
export function decode(message: Message, view: DeviceView): Item[] {
  const { agent, topic, payload, rx } = message;
  const role = view.agent(agent)?.role;
  if (role === 'bridge') {
    const dialect = dialectOf(topic);
    return dialect ? dialect.decode(message, view) : [park('bad-topic', 'no dialect has this topic', { agent, device: null, topic, rx }, payload, undefined)];
  }
  const up = upTopic(topic);
  if (up?.what === 'telemetry') {
    const plain = plainReadings(payload);
    if (plain) return decodeTelemetry(plain, true, up.device, message, view);
  }
  const from: ParkedFrom = { agent, device: up?.device ?? null, topic, rx };
  if (!up) return [park('bad-topic', topic, from, payload, undefined)];
  const facts = up.device === null ? undefined : view.device(up.device);
  const body = parseJson(payload);
  if (body === undefined) return [park('malformed', 'payload: JSON in UTF-8', from, payload, facts)];

  if (up.what === 'telemetry') return decodeTelemetry(body, false, up.device, message, view);
  if (up.what === 'event') return [decodeEvent(body, up.device, message, view)];
  if (up.what === 'state') {
    if (!stateCheck.is(body)) return [park('malformed', stateCheck.why(body), from, payload, undefined)];
    return [{ type: 'state', agent, online: body.online, ts: body.ts ?? null, boot: body.boot ?? null, version: body.version ?? null }];
  }
  const stranger = refusal(facts, agent, 'now', rx);
  if (stranger) return [park(stranger.reason, stranger.detail, from, payload, facts)];
  if (!replyCheck.is(body)) return [park('malformed', replyCheck.why(body), from, payload, facts)];
  if (!isShallow(body.result)) return [park('malformed', `/result: at most ${deepest} levels deep`, from, payload, facts)];
  return [{ type: 'reply', agent, device: up.device, id: body.id, ok: body.ok, result: body.result ?? null, error: body.error ?? null, ts: body.ts ?? rx }];
}

/** `isChecked`: it passes `readingCheck`. */
function decodeTelemetry(body: unknown, isChecked: boolean, device: string | null, message: Message, view: DeviceView): Item[] {
  if (!Array.isArray(body)) return [decodeReading(body, isChecked, device, message, message.payload, view)];
  if (body.length === 0) {
    const from: ParkedFrom = { agent: message.agent, device, topic: message.topic, rx: message.rx };
    return [park('malformed', 'a batch without a reading', from, message.payload, device === null ? undefined : view.device(device))];
  }
  const items = body.map((one) => decodeReading(one, isChecked, device, message, null, view));
  // Readings without a clock would fall on one another under `rx`: in one message each takes the next millisecond.
  const unset = new Map<DeviceFacts, number>();
  for (const item of items) {
    if (item.type !== 'reading' || item.reading.clock === 'ok') continue;
    const nth = unset.get(item.reading.device) ?? 0;
    item.reading.ts += nth;
    unset.set(item.reading.device, nth + 1);
  }
  return items;
}

/** `bytes`: of the reading, where they are the message's; null: a part of it. */
function decodeReading(one: unknown, isChecked: boolean, device: string | null, message: Message, bytes: Uint8Array | null, view: DeviceView): Item {
  const { agent, topic, rx } = message;
  const named = device ?? (typeof one === 'object' && one !== null && 'device' in one && isId(one.device) ? one.device : null);
  const facts = named === null ? undefined : view.device(named);
  const parked = (reason: ParkedReason, detail: string) => park(reason, detail, { agent, device: named, topic, rx }, bytes ?? bytesOf(one, message.payload), facts);
  if (!(isChecked || readingCheck.is(one))) return parked('malformed', readingCheck.why(one));
  const reading = one as ReadingPayload;
  if (named === null) return parked('malformed', '/device: needed in a batch');
  if (device !== null && reading.device !== undefined && reading.device !== device) return parked('malformed', '/device: not the one of the topic');
  if (!facts) return parked('unknown-device', 'not in the register');
  const stranger = refusal(facts, agent, reading.ts, rx);
  if (stranger) return parked(stranger.reason, stranger.detail);
  const understood = valuesOf(reading, facts);
  if ('reason' in understood) return parked(understood.reason, understood.detail);
  const { ts, clock } = judgeClock(reading.ts, rx);
  const numbered = reading.boot !== undefined && reading.seq !== undefined;
  return {
    type: 'reading',
    reading: {
      device: facts,
      agent,
      boot: numbered ? (reading.boot as number) : null,
      seq: numbered ? (reading.seq as number) : null,
      identity: null,
      sentTs: reading.ts,
      ts,
      rx,
      kept: reading.kept ?? null,
      sent: reading.sent ?? null,
      clock,
      values: understood.values,
      unknownMetrics: understood.unknownMetrics,
      former: facts.agent !== agent,
    },
  };
}

function decodeEvent(body: unknown, device: string, message: Message, view: DeviceView): Item {
  const { agent, topic, payload, rx } = message;
  const from: ParkedFrom = { agent, device, topic, rx };
  const facts = view.device(device);
  if (!eventCheck.is(body)) return park('malformed', eventCheck.why(body), from, payload, facts);
  if (!facts) return park('unknown-device', 'not in the register', from, payload, undefined);
  const stranger = refusal(facts, agent, body.ts, rx);
  if (stranger) return park(stranger.reason, stranger.detail, from, payload, facts);
  const spec = (kindOf(facts.kind) as Kind).events;
  if (!Object.hasOwn(spec, body.kind)) return park('unknown-event', `/kind: one of ${Object.keys(spec).join(', ')}`, from, payload, facts);
  return {
    type: 'event',
    event: {
      device: facts,
      agent,
      id: body.id,
      boot: body.boot ?? null,
      seq: body.seq ?? null,
      kind: body.kind,
      rx,
      kept: body.kept ?? null,
      sent: body.sent ?? null,
      ...judgeClock(body.ts, rx),
      data: keptData(body, facts),
    },
  };
}
