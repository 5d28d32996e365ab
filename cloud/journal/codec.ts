/**
 * Entries as bytes, little endian, one after the other: u8 tag, f64 rx, then what its kind holds. Written once at the gate, kept as they are in the
 * journal's rows, read by each consumer. Pure.
 *
 *   publish            u8 length, agent · u16 length, topic · u32 length, payload   (below the agent's own `gw/v1/{agent}/` only the rest of the topic)
 *   connect/disconnect u8 length, agent
 *   change             u32 length, JSON
 *   start, tick        nothing
 */
import { root } from '../../devices/wire/topics.ts';
import { ByteCache } from '../byte-cache.ts';
import type { Entry, Share } from './journal.ts';

const tags = { publish: 1, ownPublish: 2, connect: 3, disconnect: 4, cleanDisconnect: 5, change: 6, start: 7, tick: 8 } as const;
/** Set in the tag of what counts as telemetry, so that the journal can tell the shares apart without decoding. */
const telemetryBit = 0x80;
/** Tag and rx. */
const headBytes = 9;

export const ownPrefix = (agent: string) => `${root}/${agent}/`;

/** Collects entries in one growing buffer. `take` hands out a copy cut to size; `swap` the buffer itself, for one to go on with. */
export class EntryWriter {
  #bytes: Buffer;
  #view: DataView;
  #used = 0;
  #count = 0;
  #telemetry = 0;

  constructor(firstBytes = 16_384) {
    this.#bytes = Buffer.from(new ArrayBuffer(firstBytes));
    this.#view = new DataView(this.#bytes.buffer);
  }

  get bytes(): number {
    return this.#used;
  }
  get count(): number {
    return this.#count;
  }

  /** `own`: the topic is known to begin with `gw/v1/{agent}/`. */
  publish(agent: string, topic: string, own: boolean, payload: Uint8Array, rx: number, share: Share): void {
    this.#need(headBytes + 3 * agent.length + 3 * topic.length + payload.length + 7);
    this.#head(own ? tags.ownPublish : tags.publish, rx, share);
    this.#short(agent);
    const lengthAt = this.#used;
    this.#used += 2;
    this.#text(topic, own ? root.length + agent.length + 2 : 0);
    this.#view.setUint16(lengthAt, this.#used - lengthAt - 2, true);
    this.#view.setUint32(this.#used, payload.length, true);
    this.#bytes.set(payload, this.#used + 4);
    this.#used += 4 + payload.length;
  }

  add(entry: Entry, share: Share): void {
    switch (entry.type) {
      case 'publish':
        this.publish(entry.agent, entry.topic, entry.topic.startsWith(ownPrefix(entry.agent)), entry.payload, entry.rx, share);
        return;
      case 'connect':
      case 'disconnect': {
        this.#need(headBytes + 1 + 3 * entry.agent.length);
        this.#head(entry.type === 'connect' ? tags.connect : entry.clean ? tags.cleanDisconnect : tags.disconnect, entry.rx, share);
        this.#short(entry.agent);
        return;
      }
      case 'change': {
        const json = Buffer.from(JSON.stringify(entry.change) ?? 'null');
        this.#need(headBytes + 4 + json.length);
        this.#head(tags.change, entry.rx, share);
        this.#view.setUint32(this.#used, json.length, true);
        this.#bytes.set(json, this.#used + 4);
        this.#used += 4 + json.length;
        return;
      }
      case 'start':
      case 'tick':
        this.#need(headBytes);
        this.#head(tags[entry.type], entry.rx, share);
    }
  }

  /** What was collected; the writer is empty afterwards. */
  take(): { data: ArrayBuffer; n: number; telemetry: number } {
    const taken = { data: (this.#bytes.buffer as ArrayBuffer).slice(0, this.#used), n: this.#count, telemetry: this.#telemetry };
    this.#used = this.#count = this.#telemetry = 0;
    return taken;
  }

  /** What was collected, in its whole buffer (`bytes` of it are used), to be transferred; the writer goes on in `next`. */
  swap(next: ArrayBuffer): { data: ArrayBuffer; bytes: number; n: number; telemetry: number } {
    const swapped = { data: this.#bytes.buffer as ArrayBuffer, bytes: this.#used, n: this.#count, telemetry: this.#telemetry };
    this.#bytes = Buffer.from(next);
    this.#view = new DataView(next);
    this.#used = this.#count = this.#telemetry = 0;
    return swapped;
  }

  #head(tag: number, rx: number, share: Share): void {
    this.#bytes[this.#used] = share === 'telemetry' ? tag | telemetryBit : tag;
    this.#view.setFloat64(this.#used + 1, rx, true);
    this.#used += headBytes;
    this.#count++;
    if (share === 'telemetry') this.#telemetry++;
  }

  #short(text: string): void {
    const lengthAt = this.#used++;
    this.#text(text, 0);
    this.#bytes[lengthAt] = this.#used - lengthAt - 1;
  }

  /** Topics and ids are short and nearly always ASCII: a loop beats the call into C++. */
  #text(text: string, from: number): void {
    const bytes = this.#bytes;
    const start = this.#used;
    let at = start;
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        this.#used = start + bytes.write(text.slice(from), start, 'utf8');
        return;
      }
      bytes[at++] = code;
    }
    this.#used = at;
  }

  #need(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const bigger = Buffer.from(new ArrayBuffer(Math.max(2 * this.#bytes.length, this.#used + more)));
    bigger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = bigger;
    this.#view = new DataView(bigger.buffer);
  }
}

export function encode(entries: Entry[], share: Share): { data: ArrayBuffer; n: number; telemetry: number } {
  const writer = new EntryWriter(1024);
  for (const entry of entries) writer.add(entry, share);
  return writer.take();
}

/** Agent and topic as they lie in an entry, both with their lengths: the same few thousand come again and again, and are the same strings then. */
function speakerOf(bytes: Uint8Array, own: boolean): { agent: string; topic: string } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const topicAt = 1 + (bytes[0] as number);
  const agent = text.toString('utf8', 1, topicAt);
  const topic = text.toString('utf8', topicAt + 2);
  return { agent, topic: own ? `${ownPrefix(agent)}${topic}` : topic };
}
const speakers = new ByteCache((bytes) => speakerOf(bytes, false));
const ownSpeakers = new ByteCache((bytes) => speakerOf(bytes, true));

/** The entries of a row. Payloads are views into `data`, not copies: who keeps one for long, copies it. Throws on what `EntryWriter` cannot have made. */
export function decode(data: Uint8Array, n: number): Entry[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const entries: Entry[] = [];
  let at = 0;
  const short = () => {
    const end = at + 1 + view.getUint8(at);
    const text = bytes.toString('utf8', at + 1, end);
    at = end;
    return text;
  };
  const long = () => {
    const from = at + 4;
    at = from + view.getUint32(at, true);
    if (at > bytes.length) throw new RangeError('an entry goes past the end of its row');
    return bytes.subarray(from, at);
  };
  for (let i = 0; i < n; i++) {
    const tag = view.getUint8(at) & ~telemetryBit;
    const rx = view.getFloat64(at + 1, true);
    at += headBytes;
    switch (tag) {
      case tags.publish:
      case tags.ownPublish: {
        const from = at;
        at += 1 + view.getUint8(at);
        at += 2 + view.getUint16(at, true);
        const { agent, topic } = (tag === tags.ownPublish ? ownSpeakers : speakers).get(bytes, from, at);
        entries.push({ type: 'publish', agent, topic, payload: long(), rx });
        break;
      }
      case tags.connect:
        entries.push({ type: 'connect', agent: short(), rx });
        break;
      case tags.disconnect:
      case tags.cleanDisconnect:
        entries.push({ type: 'disconnect', agent: short(), clean: tag === tags.cleanDisconnect, rx });
        break;
      case tags.change:
        entries.push({ type: 'change', change: JSON.parse(long().toString('utf8')), rx });
        break;
      case tags.start:
        entries.push({ type: 'start', rx });
        break;
      case tags.tick:
        entries.push({ type: 'tick', rx });
        break;
      default:
        throw new RangeError(`no entry has the tag ${tag}`);
    }
  }
  if (at !== bytes.length) throw new RangeError(`${n} entries end at ${at} of ${bytes.length} bytes`);
  return entries;
}

/** The same entries without those that count as telemetry. */
export function withoutTelemetry(data: Uint8Array, n: number): { data: Uint8Array; n: number } {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const kept: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < n; i++) {
    const start = at;
    const tag = view.getUint8(at);
    at += headBytes;
    const kind = tag & ~telemetryBit;
    if (kind >= tags.publish && kind <= tags.cleanDisconnect) at += 1 + view.getUint8(at);
    if (kind === tags.publish || kind === tags.ownPublish) at += 2 + view.getUint16(at, true);
    if (kind === tags.publish || kind === tags.ownPublish || kind === tags.change) at += 4 + view.getUint32(at, true);
    if ((tag & telemetryBit) === 0) kept.push(data.subarray(start, at));
  }
  return { data: Buffer.concat(kept), n: kept.length };
}
