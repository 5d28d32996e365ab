/**
 * The gate: Aedes with its questions answered. Authorise → journal → PUBACK: Aedes acknowledges a PUBLISH when `authorizePublish` calls back, so the durable
 * write hangs there. This is the one file that knows Aedes; what it leans on beyond Aedes' documents is pinned by test/cloud/broker.
 */
import type { Socket } from 'node:net';
import { Aedes, type Client, type ConnectPacket, type PublishPacket, type Subscription } from 'aedes';
import type { Logger } from '../../devices/log.ts';
import { Link } from './link.ts';
import { NoMemory } from './no-memory.ts';
import { type Parser, packetGuard } from './packet-guard.ts';

/** MQTT 3.1.1, 3.2.2.3. */
export type ConnackCode = 2 | 3 | 4 | 5;

/** A PUBLISH as it comes from the parser. */
export type UpPacket = PublishPacket & { payload: Uint8Array; messageId?: number };

/** What the gate asks, in the order in which it asks. */
export interface GateQuestions {
  /** Who is this? Calls back with null when it may come in. */
  enter(link: Link, username: string | undefined, password: Uint8Array | undefined, answer: (refused: ConnackCode | null) => void): void;
  /** Calls back when the message is on disk, or with why it is not. */
  publish(link: Link, packet: UpPacket, answer: (refusal?: Error | null) => void): void;
  /** Whether it may have this. */
  subscribe(link: Link, filter: string): boolean;
  /** What it has now, the SUBACK being sent. */
  subscribed(link: Link, filters: string[]): void;
  /** The connection is over. `clean`: it said DISCONNECT. */
  left(link: Link, clean: boolean): void;
}

export interface GateOptions {
  maxPacketBytes: number;
  /** How long a connection may take to CONNECT, and a client to read what lies for it, ms. */
  connectMs: number;
  drainMs: number;
  log: Logger;
}

/** What is used of a client beyond its types. */
type GateClient = Client & { link: Link; _parser: Parser; _disconnected: boolean; pause(): void; waitForDrain(done: () => void): void };

/** CONNACK 1; Aedes answers so to version 5, and would let 3.1 in. */
const unacceptableVersion = Buffer.from([0x20, 2, 0, 1]);

/** Packets that may follow CONNECT before CONNACK is sent; bounded by one socket read all the same. */
const queuedBeforeConnack = 1000;

/** What may lie here for a client that does not read it, beside what the system takes. */
const mostUnreadBytes = 1 << 20;

/** Up-topics have no subscribers by right, and what goes down is written by link.ts: nothing is ever fanned out (ingest-path.md, trap 6). */
class NoFanOut extends Aedes {
  override publish(...args: unknown[]): void {
    const done = args.at(-1);
    if (typeof done === 'function') done();
  }
  override subscribe(_topic: string, _deliver: unknown, done?: () => void): void {
    done?.();
  }
  override unsubscribe(_topic: string, _deliver: unknown, done?: () => void): void {
    done?.();
  }
}

export class Gate {
  readonly #aedes: Aedes;
  readonly #guard: (parser: Parser) => void;
  #connections = 0;
  #unread = 0;
  #lastName = 0;

  constructor(
    readonly questions: GateQuestions,
    readonly options: GateOptions,
  ) {
    this.#guard = packetGuard(options.maxPacketBytes);
    this.#aedes = new NoFanOut({
      persistence: new NoMemory(),
      connectTimeout: options.connectMs,
      drainTimeout: options.drainMs,
      queueLimit: queuedBeforeConnack,
      preConnect: (client, packet, done) => this.#preConnect(client as GateClient, packet, done),
      authenticate: (client, username, password, done) => this.#authenticate(client as GateClient, username, password, done),
      authorizePublish: (client, packet, done) => this.#publish(client as GateClient | null, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, questions.subscribe((client as GateClient).link, subscription.topic) ? subscription : null),
    });
  }

  /** Connections that were ended because they did not read. */
  get unread(): number {
    return this.#unread;
  }
  get connections(): number {
    return this.#connections;
  }

  async start(): Promise<void> {
    const { log } = this.options;
    const aedes = this.#aedes;
    aedes.on('subscribe', (subscriptions, client) => this.#subscribed(client as GateClient, subscriptions));
    aedes.on('unsubscribe', (filters, client) => {
      for (const filter of filters) (client as GateClient).link?.unsubscribed(filter);
    });
    const failed = (client: Client, error: Error) => log.debug({ agent: (client as GateClient).link?.id, reason: error.message }, 'a connection was ended');
    aedes.on('clientError', failed);
    aedes.on('connectionError', failed);
    (aedes as unknown as NodeJS.EventEmitter).on('error', (error: Error) => log.error({ err: error }, 'the broker reports an error'));
    await aedes.listen();
  }

  /** Takes a new connection. */
  handle(socket: Socket): void {
    const { log } = this.options;
    const client = this.#aedes.handle(socket) as GateClient;
    this.#connections++;
    this.#guard(client._parser);
    client.link = new Link({
      write: (bytes) => {
        if (!socket.writable) return;
        socket.write(bytes);
        if (socket.writableLength <= mostUnreadBytes) return;
        this.#unread++;
        log.info({ agent: client.link.id }, 'a connection was ended: it does not read what is sent to it');
        client.close();
      },
      close: () => client.close(),
      pause: () => client.pause(),
      finish: () => socket.end(() => socket.destroy()),
    });
    socket.once('close', () => {
      this.#connections--;
      this.questions.left(client.link, client._disconnected);
    });
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
  }

  /**
   * Each connection gets a name of its own in Aedes, so that takeover and the bridges' free client ids are the gate's affair; its session is always clean;
   * its Will is the gate's to write, in order with the disconnect.
   */
  #preConnect(client: GateClient, packet: ConnectPacket, done: (error: Error | null, successful: boolean) => void): void {
    const { link } = client;
    if (packet.protocolVersion === 3) {
      client.conn.end(unacceptableVersion);
      done(new Error('MQTT 3.1 is not spoken here, 3.1.1 is'), false);
      return;
    }
    if ((packet.will?.qos as number) > 2) {
      done(new Error('a Will of no QoS'), false);
      return;
    }
    link.clientId = packet.clientId;
    link.name = `${++this.#lastName}`;
    link.keepSession = packet.clean === false;
    if (packet.will) link.will = { topic: packet.will.topic, payload: packet.will.payload as Uint8Array };
    packet.will = undefined;
    packet.clean = true;
    packet.clientId = link.name;
    done(null, true);
  }

  #authenticate(
    client: GateClient,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: (Error & { returnCode: number }) | null, successful: boolean | null) => void,
  ) {
    this.questions.enter(client.link, username, password, (refused) => {
      if (refused === null) done(null, true);
      else done(Object.assign(new Error(`CONNACK ${refused}`), { returnCode: refused }), false);
    });
  }

  #publish(client: GateClient | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    // Wills never come here: preConnect takes them out of Aedes' hands. Without a client there is nobody to have a right.
    if (!client) done(new Error('a message of nobody'));
    else if (client._disconnected) done(new Error('a message after DISCONNECT'));
    else if (packet.qos === 1) this.questions.publish(client.link, packet as UpPacket, (refusal) => (refusal ? done(refusal) : acknowledge(client, packet as UpPacket, done)));
    else this.questions.publish(client.link, packet as UpPacket, done);
  }

  /** A filter that was refused is answered with 0x80, as 3.1.1 has it, and ends the connection, as the contract has it. */
  #subscribed(client: GateClient, subscriptions: Subscription[]): void {
    const granted = subscriptions.filter(({ qos }) => (qos as number) !== 0x80);
    for (const { topic, qos } of granted) client.link.subscribed(topic, qos);
    if (granted.length < subscriptions.length) {
      // After the SUBACK has left: it is written out at the next tick.
      setImmediate(() => client.close());
      return;
    }
    this.questions.subscribed(
      client.link,
      granted.map(({ topic }) => topic),
    );
  }
}

/**
 * Aedes would write each PUBACK in three pieces and then wait a turn of the event loop for each; here those of a group commit leave as one piece, and Aedes
 * goes on as after a message that wants none. Who does not read them is waited for, and given up, as Aedes itself does.
 */
function acknowledge(client: GateClient, packet: UpPacket, done: () => void): void {
  client.link.acknowledge(packet.messageId as number);
  packet.qos = 0;
  if ((client.conn as Socket).writableNeedDrain) client.waitForDrain(done);
  else done();
}
