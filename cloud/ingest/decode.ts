import { type Kind, kindOf } from '../../devices/kinds/kinds.ts';
import { eventCheck, parseUpTopic, readingCheck, replyCheck, stateCheck } from '../../devices/wire/wire.ts';
import { judgeClock } from './clock-check.ts';
import { dialectOf } from './dialects/dialects.ts';
import type { DeviceView, Item } from './ingest.ts';
import { type ParkedFrom, park } from './park.ts';
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

/** One message → what it says. Never throws; what is not understood is parked, alone. Pure: no clock, no state. */
export function decode(message: Message, view: DeviceView): Item[] {
  const { agent, topic, payload, rx } = message;
  const role = view.agent(agent)?.role;
  if (role === 'bridge') {
    const dialect = dialectOf(topic);
    return dialect ? dialect.decode(message, view) : [park('bad-topic', 'no dialect has this topic', { agent, device: null, topic, rx }, payload, undefined)];
  }
  const up = parseUpTopic(topic);
  const from: ParkedFrom = { agent, device: up?.device ?? null, topic, rx };
  if (!up) return [park('bad-topic', topic, from, payload, undefined)];
  const facts = up.device === null ? undefined : view.device(up.device);
  const body = parseJson(payload);
  if (body === undefined) return [park('malformed', 'payload: JSON in UTF-8', from, payload, facts)];

  if (up.what === 'telemetry') return decodeTelemetry(body, up.device, message, view);
  if (up.what === 'event') return [decodeEvent(body, up.device, message, view)];
  if (up.what === 'state') {
    if (!stateCheck.is(body)) return [park('malformed', stateCheck.why(body), from, payload, undefined)];
    return [{ type: 'state', agent, online: body.online, ts: body.ts ?? null, boot: body.boot ?? null, version: body.version ?? null }];
  }
  const stranger = refusal(facts, agent, 'now', rx);
  if (stranger) return [park(stranger.reason, stranger.detail, from, payload, facts)];
  if (!replyCheck.is(body)) return [park('malformed', replyCheck.why(body), from, payload, facts)];
  return [{ type: 'reply', agent, device: up.device, id: body.id, ok: body.ok, result: body.result ?? null, error: body.error ?? null, ts: body.ts ?? rx }];
}

function decodeTelemetry(body: unknown, device: string | null, message: Message, view: DeviceView): Item[] {
  const batch = Array.isArray(body) ? body : [body];
  if (batch.length === 0) {
    const from: ParkedFrom = { agent: message.agent, device, topic: message.topic, rx: message.rx };
    return [park('malformed', 'a batch without a reading', from, message.payload, device === null ? undefined : view.device(device))];
  }
  const whole = !Array.isArray(body);
  // Readings without a clock would fall on one another under `rx`: in one message each takes the next millisecond.
  const unset = new Map<string, number>();
  return batch.map((one) => {
    const bytes = () => (whole ? message.payload : bytesOf(one, message.payload));
    const named = device ?? (typeof one === 'object' && one !== null && 'device' in one && typeof one.device === 'string' ? one.device : null);
    const from: ParkedFrom = { agent: message.agent, device: named, topic: message.topic, rx: message.rx };
    const facts = named === null ? undefined : view.device(named);
    if (!readingCheck.is(one)) return park('malformed', readingCheck.why(one), from, bytes(), facts);
    if (named === null) return park('malformed', '/device: needed in a batch', from, bytes(), undefined);
    if (device !== null && one.device !== undefined && one.device !== device) return park('malformed', '/device: not the one of the topic', from, bytes(), facts);
    if (!facts) return park('unknown-device', 'not in the register', from, bytes(), undefined);
    const stranger = refusal(facts, message.agent, one.ts, message.rx);
    if (stranger) return park(stranger.reason, stranger.detail, from, bytes(), facts);
    const understood = valuesOf(one, facts);
    if ('reason' in understood) return park(understood.reason, understood.detail, from, bytes(), facts);
    const { ts, clock } = judgeClock(one.ts, message.rx);
    const nth = clock === 'unset' ? (unset.get(named) ?? 0) : 0;
    if (clock === 'unset') unset.set(named, nth + 1);
    const numbered = one.boot !== undefined && one.seq !== undefined;
    return {
      type: 'reading',
      reading: {
        device: facts,
        agent: message.agent,
        boot: numbered ? (one.boot as number) : null,
        seq: numbered ? (one.seq as number) : null,
        identity: null,
        sentTs: one.ts,
        ts: ts + nth,
        rx: message.rx,
        clock,
        ...understood,
        former: facts.agent !== message.agent,
      },
    };
  });
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
    event: { device: facts, agent, id: body.id, boot: body.boot ?? null, seq: body.seq ?? null, kind: body.kind, rx, ...judgeClock(body.ts, rx), data: keptData(body, facts) },
  };
}
