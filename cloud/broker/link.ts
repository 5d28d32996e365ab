/** One connection: who it is, what it may, what it has subscribed to, and what was sent to it and is not acknowledged yet. */
import type { Credential } from '../threads/threads.ts';
import { fits, type Rights } from './rights.ts';

/** What a connection carries that Aedes does not own: the little of Aedes' client that a link needs. */
export interface Wire {
  write(bytes: Uint8Array): void;
  /** Ends the connection without another word. */
  close(): void;
  /** Reads nothing more from it. */
  pause(): void;
  /** Sends what lies ready, then ends it. */
  finish(): void;
}

export interface Will {
  topic: string;
  payload: Uint8Array;
}

/** Packet identifiers that may be in flight to one client. */
const inFlight = 1000;

export class Link {
  credential: Credential | null = null;
  rights: Rights | null = null;
  will: Will | null = null;
  /** What the client called itself in CONNECT. */
  clientId = '';
  /** A name of its own that the server gives each connection (MQTT 3.1.1, 3.1.3.1). */
  name = '';
  /** It asked for a session to be kept over connections. */
  keepSession = false;
  ended = false;
  /** The filters it has, with the QoS granted. */
  #filters: Map<string, number> | null = null;
  #awaited: Map<number, (how: 'done' | 'failed') => void> | null = null;
  #lastId = 0;
  /** Of messages that are on disk; sent together when what is being done now is done. */
  readonly #toAcknowledge: number[] = [];
  /** QoS 2 messages that are written down and not released yet, by their identifiers. */
  received: Set<number> | null = null;

  constructor(readonly wire: Wire) {}

  get id(): string {
    return this.credential?.id ?? '';
  }
  /** What no other connection may share: an agent's id, or a bridge's and the client's own name for this connection. */
  get key(): string {
    return this.credential?.role === 'bridge' ? `${this.id}/${this.clientId || `\0${this.name}`}` : this.id;
  }

  subscribed(filter: string, qos: number): void {
    this.#filters ??= new Map();
    this.#filters.set(filter, qos);
  }
  unsubscribed(filter: string): void {
    this.#filters?.delete(filter);
  }
  get filters(): number {
    return this.#filters?.size ?? 0;
  }

  /** The QoS at which it wants this topic; null: it has not subscribed to it. */
  wants(topic: string): number | null {
    let best: number | null = null;
    for (const [filter, qos] of this.#filters ?? []) if (fits(filter.split('/'), topic)) best = Math.max(best ?? 0, qos);
    return best;
  }

  /**
   * Sends at QoS 1, or at 0 where it subscribed so. `done`: acknowledged, however late (at QoS 0: handed to the network). `failed`: the connection has
   * ended without that. `unheard`: not subscribed. Sent once: a second PUBLISH on this connection would be carried out twice.
   */
  send(topic: string, payload: string): Promise<'done' | 'away' | 'unheard' | 'failed'> {
    const qos = this.wants(topic);
    if (this.ended) return Promise.resolve('away');
    if (qos === null) return Promise.resolve('unheard');
    if (qos === 0) {
      this.wire.write(publishPacket(topic, payload, null));
      return Promise.resolve('done');
    }
    this.#awaited ??= new Map();
    if (this.#awaited.size >= inFlight) return Promise.resolve('failed');
    const id = this.#nextId();
    return new Promise((resolve) => {
      this.#awaited?.set(id, (how) => {
        this.#awaited?.delete(id);
        resolve(how);
      });
      this.wire.write(publishPacket(topic, payload, id));
    });
  }

  /** Answers a QoS 1 message with its PUBACK. */
  acknowledge(messageId: number): void {
    if (this.#toAcknowledge.push(messageId) === 1) queueMicrotask(() => this.#sendAcks());
  }

  #sendAcks(): void {
    const ids = this.#toAcknowledge.splice(0);
    if (!this.ended) this.wire.write(pubacks(ids));
  }

  acked(messageId: number): void {
    this.#awaited?.get(messageId)?.('done');
  }

  /** Nothing will come from it any more. */
  end(): void {
    this.ended = true;
    for (const over of [...(this.#awaited?.values() ?? [])]) over('failed');
  }

  /** Aedes itself sends nothing above QoS 0 here, so the identifiers are all ours. */
  #nextId(): number {
    do this.#lastId = (this.#lastId % 65_535) + 1;
    while (this.#awaited?.has(this.#lastId));
    return this.#lastId;
  }
}

/** PUBACKs of MQTT 3.1.1 (3.4), one behind the other. */
function pubacks(ids: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * ids.length);
  ids.forEach((id, i) => {
    bytes.writeUInt16BE(0x4002, 4 * i);
    bytes.writeUInt16BE(id, 4 * i + 2);
  });
  return bytes;
}

/** A PUBLISH of MQTT 3.1.1 (3.3), at QoS 1 with an identifier, at QoS 0 without. */
function publishPacket(topic: string, payload: string, id: number | null): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.from(payload);
  const length: number[] = [];
  let rest = 2 + name.length + (id === null ? 0 : 2) + body.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  const identifier = id === null ? [] : [id >> 8, id & 0xff];
  return Buffer.concat([Buffer.from([id === null ? 0x30 : 0x32, ...length, name.length >> 8, name.length & 0xff]), name, Buffer.from(identifier), body]);
}
