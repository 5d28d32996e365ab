/** The broker as its thread holds it: the listening socket, the gate's questions answered, and what the main thread may ask. */
import { createServer, type Server, type Socket } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import type { Clock } from '../../devices/clock.ts';
import { type GwError, reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import { flowTopic } from '../../devices/wire/topics.ts';
import { Hop } from '../hops.ts';
import { cannotListen } from '../listening.ts';
import type { BrokerCalls, BrokerTells, Credential, GateStats } from '../threads/threads.ts';
import { admit } from './admission.ts';
import { Credentials } from './credentials.ts';
import { type ConnackCode, Gate, type UpPacket } from './gate.ts';
import { JournalLine } from './journal-line.ts';
import type { Link } from './link.ts';
import { contestedFrom, Presence } from './presence.ts';
import { bridgeRights, isText, isTopicOf, type Rights } from './rights.ts';

export interface BrokerOptions {
  host: string;
  port: number;
  maxPacketBytes: number;
  dialects: { topic: string; downlink: string }[];
  journal: MessagePort;
  clock: Clock;
  log: Logger;
  tells: BrokerTells;
  /** How long a connection may take to CONNECT, and a client to read what lies for it, ms. */
  connectMs?: number;
  drainMs?: number;
}

/** Filters of one connection; an agent of thousands of devices uses `+`. */
const mostFilters = 1000;
/** How long a stop waits for the journal's last answers, and then for the sockets to take them, ms. */
const lastAnswersMs = 1200;
const lastBytesMs = 700;

export class Broker implements BrokerCalls {
  readonly #credentials = new Credentials();
  /** From the gate to the disk, where PUBACK is sent. */
  readonly #disk: Hop;
  readonly #sockets = new Set<Socket>();
  readonly #line: JournalLine;
  readonly #presence: Presence;
  readonly #gate: Gate;
  readonly #bridgeRights: Rights;
  #server: Server | null = null;
  #stopping: Promise<void> | null = null;
  #telemetry = true;
  #refusing: string | null = null;
  #in = 0;
  #accepted = 0;
  #rejected = 0;
  #repeats = 0;
  #refusedConnects = 0;

  constructor(readonly options: BrokerOptions) {
    const { clock, log, tells, maxPacketBytes, connectMs = 5000, drainMs = 20_000 } = options;
    this.#bridgeRights = bridgeRights(options.dialects);
    this.#disk = new Hop(options.clock);
    this.#line = new JournalLine(options.journal, clock, { flow: (on) => this.#flow(on), settled: (...answered) => this.#settled(...answered) });
    this.#presence = new Presence(this.#line, clock, {
      connected: tells.connected,
      disconnected: tells.disconnected,
      takenOver: (agent, times) => {
        if (times === contestedFrom)
          log.warn({ agent, times }, 'connections take each other’s place: two use this agent’s token (a new token ends that), or its line breaks again and again');
        else log.info({ agent, times }, 'a second connection took the place of the first');
      },
      will: () => void this.#in++,
    });
    this.#gate = new Gate(
      {
        enter: (link, username, password, answer) => this.#enter(link, username, password, answer),
        publish: (link, packet, answer) => this.#publish(link, packet, answer),
        subscribe: (link, filter) => link.filters < mostFilters && isText(filter) && (link.rights?.maySubscribe(filter) ?? false),
        subscribed: (link, filters) => this.#subscribed(link, filters),
        left: (link, clean) => {
          if (!this.#stopping) this.#presence.end(link, clean);
          link.end();
        },
      },
      { maxPacketBytes, connectMs, drainMs, log },
    );
  }

  async start(): Promise<void> {
    this.#line.start();
    this.#presence.start();
    await this.#gate.start();
  }

  /** Throws a fatal error when the port cannot be had. */
  async listen(): Promise<{ port: number }> {
    const { host, port, log } = this.options;
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      this.#gate.handle(socket);
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(cannotListen('MQTT', 'GW_MQTT_PORT', host, port, error)));
      server.listen(port, host, resolve);
    });
    server.removeAllListeners('error');
    // Later errors are those of accepting one connection (no file descriptor left): the others go on.
    server.on('error', (error) => log.error({ err: error }, `a connection could not be accepted: ${reasonOf(error)}`));
    const address = server.address();
    return { port: typeof address === 'object' && address ? address.port : port };
  }

  setCredentials(all: Credential[]): void {
    for (const id of this.#credentials.set(all)) this.#cut(id);
  }
  putCredential(one: Credential): void {
    if (this.#credentials.put(one)) this.#cut(one.id);
  }
  removeCredential(id: string): void {
    if (this.#credentials.remove(id)) this.#cut(id);
  }

  async send(agent: string, topic: string, payload: string): Promise<'done' | 'away' | 'unheard' | 'failed'> {
    // One connection is asked, the newest that wants it: a command is not to be carried out twice.
    const links = this.#presence.links(agent);
    const link = links.findLast((one) => one.wants(topic) !== null) ?? links.at(-1);
    return link ? link.send(topic, payload) : 'away';
  }
  sendDownlink(bridge: string, topic: string, payload: string): Promise<'done' | 'away' | 'unheard' | 'failed'> {
    return this.send(bridge, topic, payload);
  }

  stats(): GateStats {
    const [seen, accepted, rejected, repeats] = [this.#in, this.#accepted, this.#rejected, this.#repeats];
    return {
      in: seen,
      accepted,
      rejected,
      repeats,
      parked: 0,
      waiting: seen - accepted - rejected - repeats,
      lagMs: this.#line.lagMs(),
      more: { refusedConnects: this.#refusedConnects, refusing: this.#refusing, contested: this.#presence.contested(), unread: this.#gate.unread },
      connections: this.#gate.connections,
      telemetry: this.#telemetry,
      hops: { disk: this.#disk.summary },
      online: this.#presence.online(),
    };
  }

  /** Takes no more, lets the journal answer for what it has, sends these answers, and closes. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { clock } = this.options;
    const within = (ms: number, work: Promise<void>) => Promise.race([work, new Promise<void>((resolve) => clock.after(ms, resolve))]);
    this.#presence.stop();
    this.#server?.close();
    for (const link of this.#presence.all()) link.wire.pause();
    await within(lastAnswersMs, this.#line.empty());
    for (const link of this.#presence.all()) link.wire.finish();
    const closed = [...this.#sockets].map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())));
    await within(
      lastBytesMs,
      Promise.all(closed).then(() => {}),
    );
    for (const socket of this.#sockets) socket.destroy();
    await this.#gate.stop();
    this.#line.stop();
  }

  #enter(link: Link, username: string | undefined, password: Uint8Array | undefined, answer: (refused: ConnackCode | null) => void): void {
    const refuse = (code: ConnackCode, reason: string, known: string | null) => {
      this.#refusedConnects++;
      // Who asks for what is not known here is counted, not logged: anybody can ask for anything.
      if (known) this.options.log.info({ agent: known, reason }, 'a connection was refused');
      answer(code);
    };
    const introduction = { clientId: link.clientId, username, password, willTopic: link.will?.topic, keepSession: link.keepSession };
    const admission = admit(introduction, this.#credentials, this.#bridgeRights);
    if ('refused' in admission) refuse(admission.refused, admission.reason, admission.known);
    else if (this.#stopping) refuse(3, 'the broker stops', null);
    else {
      link.credential = admission.credential;
      link.rights = admission.rights;
      this.#presence.begin(link, (refusal) => (refusal ? refuse(3, refusal.message, link.id) : answer(null)));
    }
  }

  #publish(link: Link, { topic, payload, qos, messageId }: UpPacket, answer: (refusal?: Error | null) => void): void {
    const { rights, id } = link;
    this.#in++;
    if (!rights || !isTopicOf(topic, rights)) {
      this.#rejected++;
      this.options.log.info({ agent: id, topic: topic.slice(0, 200) }, 'published outside its rights: closed');
      answer(new Error('a topic outside its rights'));
    } else if (qos === 2 && messageId !== undefined && link.received?.has(messageId)) {
      this.#repeats++;
      answer();
    } else {
      const own = rights.prefix !== null;
      this.#line.publish(id, topic, own, payload, own && topic.endsWith('/telemetry') ? 'telemetry' : 'event', answer);
    }
  }

  #settled(accepted: number, rejected: number, refusal: GwError | null, ms: number): void {
    if (accepted > 0) this.#disk.record(ms, accepted);
    this.#accepted += accepted;
    this.#rejected += rejected;
    if (refusal || this.#refusing !== null) this.#refused(refusal);
  }

  /** Tells once when the journal begins to refuse, and once when it takes again. */
  #refused(refusal: GwError | null): void {
    const code = refusal?.code ?? null;
    if (code === this.#refusing) return;
    this.#refusing = code;
    if (refusal) this.options.log.error({ code, reason: refusal.message }, 'the journal refuses: messages are not acknowledged, their connections are closed');
    else this.options.log.info('the journal takes messages again');
  }

  #subscribed(link: Link, filters: string[]): void {
    const flow = link.rights?.prefix ? flowTopic(link.id) : null;
    if (flow && filters.includes(flow)) this.#sendFlow(link);
    if (filters.some((filter) => filter !== flow)) this.options.tells.subscribed(link.id);
  }

  #flow(on: boolean): void {
    this.#telemetry = on;
    this.options.log.info({ telemetry: on }, on ? 'the journal has room: agents may send telemetry' : 'the journal is full: agents are asked to hold telemetry');
    for (const link of this.#presence.all()) this.#sendFlow(link);
  }

  #sendFlow(link: Link): void {
    // Who did not subscribe is not told; who does not acknowledge has it from the next change, or from subscribing again.
    void link.send(flowTopic(link.id), JSON.stringify({ telemetry: this.#telemetry }));
  }

  #cut(id: string): void {
    for (const link of this.#presence.links(id)) {
      this.#presence.end(link, false);
      link.wire.close();
    }
  }
}
