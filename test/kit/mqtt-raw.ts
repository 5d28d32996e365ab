/** An MQTT 3.1.1 client of raw bytes: says exactly what a test wants said, in the pieces it wants, and hears packet by packet. */
import { connect, type Socket } from 'node:net';

export interface Packet {
  /** The high four bits of the first byte (3.1.1, table 2.1), and the low ones. */
  type: number;
  flags: number;
  body: Buffer;
}
export const types = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
};

export interface Connect {
  clientId: string;
  username?: string;
  password?: string;
  will?: { topic: string; payload: string; qos?: number; retain?: boolean };
  clean?: boolean;
  keepalive?: number;
  protocol?: { name: string; level: number };
}

const text = (value: string | Buffer) => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);

/** Any packet: type, flags and body; `length` when it is to lie about its length. */
export function packet(type: number, flags: number, body: Buffer, length = body.length): Buffer {
  const head = [(type << 4) | flags];
  let rest = length;
  do {
    head.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from(head), body]);
}

export function connectPacket({ clientId, username, password, will, clean = true, keepalive = 0, protocol = { name: 'MQTT', level: 4 } }: Connect): Buffer {
  const flags = (username !== undefined ? 0x80 : 0) | (password !== undefined ? 0x40 : 0) | (will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0) : 0) | (clean ? 2 : 0);
  const parts = [text(protocol.name), Buffer.from([protocol.level, flags]), u16(keepalive)];
  if (protocol.level === 5) parts.push(Buffer.from([0]));
  parts.push(text(clientId));
  if (will) parts.push(text(will.topic), text(will.payload));
  if (username !== undefined) parts.push(text(username));
  if (password !== undefined) parts.push(text(password));
  return packet(types.connect, 0, Buffer.concat(parts));
}

export function publishPacket(topic: string | Buffer, payload: string | Buffer, { qos = 1, id = 1, retain = false, dup = false } = {}): Buffer {
  const body = Buffer.concat([text(topic), ...(qos > 0 ? [u16(id)] : []), Buffer.from(payload as string)]);
  return packet(types.publish, (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0), body);
}
export const subscribePacket = (id: number, filters: string[], qos = 1) =>
  packet(types.subscribe, 2, Buffer.concat([u16(id), ...filters.flatMap((filter) => [text(filter), Buffer.from([qos])])]));
export const ackPacket = (type: number, id: number) => packet(type, type === types.pubrel ? 2 : 0, u16(id));
export const disconnectPacket = packet(types.disconnect, 0, Buffer.alloc(0));
export const pingPacket = packet(types.pingreq, 0, Buffer.alloc(0));

/** A PUBLISH that was heard. */
export function heardPublish({ flags, body }: Packet): { topic: string; id: number | null; payload: string; qos: number } {
  const end = 2 + body.readUInt16BE(0);
  const qos = (flags >> 1) & 3;
  return { topic: body.toString('utf8', 2, end), id: qos > 0 ? body.readUInt16BE(end) : null, payload: body.toString('utf8', end + (qos > 0 ? 2 : 0)), qos };
}

export class RawMqtt {
  readonly #heard: Packet[] = [];
  #buffered = Buffer.alloc(0);
  #waiting: (() => void)[] = [];
  #ended = false;
  /** Resolves when the other side has closed. */
  readonly closed: Promise<void>;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.#ended = true;
        this.#wake();
        resolve();
      }),
    );
  }

  static async open(port: number): Promise<RawMqtt> {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    const client = new RawMqtt(socket);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return client;
  }

  /** Connects and is let in, or throws with the CONNACK code. */
  static async enter(port: number, options: Connect): Promise<RawMqtt> {
    const client = await RawMqtt.open(port);
    client.send(connectPacket(options));
    const answer = await client.next();
    if (answer?.type !== types.connack || answer.body[1] !== 0) throw new Error(`not let in: ${answer ? `CONNACK ${answer.body[1]}` : 'closed'}`);
    return client;
  }

  send(...packets: Buffer[]): void {
    this.socket.write(Buffer.concat(packets));
  }

  /** What is heard next; null: the other side has closed, and all was heard. */
  async next(): Promise<Packet | null> {
    while (this.#heard.length === 0 && !this.#ended) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#heard.shift() ?? null;
  }

  /** The next packet of this type; others before it are passed over. */
  async nextOf(type: number): Promise<Packet> {
    for (;;) {
      const heard = await this.next();
      if (heard === null) throw new Error(`closed while a packet of type ${type} was waited for`);
      if (heard.type === type) return heard;
    }
  }

  /** What was heard and not asked for yet. */
  get heard(): readonly Packet[] {
    return this.#heard;
  }

  /** Publishes at QoS 1 and waits for its PUBACK. */
  async publish(topic: string, payload: string, id = 1): Promise<void> {
    this.send(publishPacket(topic, payload, { id }));
    const ack = await this.nextOf(types.puback);
    if (ack.body.readUInt16BE(0) !== id) throw new Error(`PUBACK ${ack.body.readUInt16BE(0)}, not ${id}`);
  }

  async subscribe(filters: string[], qos = 1): Promise<number[]> {
    this.send(subscribePacket(7, filters, qos));
    return [...(await this.nextOf(types.suback)).body.subarray(2)];
  }

  /** Cuts the line without a word. */
  cut(): void {
    this.socket.destroy();
  }
  async leave(): Promise<void> {
    this.socket.end(disconnectPacket);
    await this.closed;
  }

  #take(bytes: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, bytes]);
    for (;;) {
      let length = 0;
      let at = 1;
      for (let shift = 0; ; shift += 7) {
        if (at >= this.#buffered.length) return;
        const byte = this.#buffered[at++] as number;
        length |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      if (this.#buffered.length < at + length) return;
      const first = this.#buffered[0] as number;
      this.#heard.push({ type: first >> 4, flags: first & 15, body: this.#buffered.subarray(at, at + length) });
      this.#buffered = this.#buffered.subarray(at + length);
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
