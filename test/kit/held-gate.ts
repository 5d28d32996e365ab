/** A broker in the test's own thread, on real sockets; the test holds the journal's end of its line and answers when it likes. */
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { pino } from 'pino';
import { Broker, type BrokerOptions } from '../../cloud/broker/broker.ts';
import { decode } from '../../cloud/journal/codec.ts';
import type { Entry } from '../../cloud/journal/journal.ts';
import type { AppendAnswer, AppendRequest, Credential } from '../../cloud/threads/threads.ts';
import { systemClock } from '../../devices/clock.ts';
import { tokenHash } from './gate-threads.ts';
import { connectPacket, RawMqtt, types } from './mqtt-raw.ts';

export interface Asked {
  id: number;
  entries: Entry[];
  /** How many of them count as telemetry. */
  telemetry: number;
}

export const agent = (id: string): Credential => ({ id, role: 'agent', tokenHash: tokenHash(`token of ${id}`) });
export const bridge = (id: string): Credential => ({ id, role: 'bridge', tokenHash: tokenHash(`token of ${id}`) });
/** How an agent introduces itself. */
export const as = (id: string, clientId = id) => ({ clientId, username: id, password: `token of ${id}` });

export class HeldGate {
  readonly #channel = new MessageChannel();
  readonly asked: Asked[] = [];
  readonly #unanswered = new Set<number>();
  readonly told: string[] = [];
  readonly broker: Broker;
  port = 0;
  /** While true, everything is answered at once as written. */
  answering = true;

  constructor(
    readonly credentials: Credential[],
    options: Partial<BrokerOptions> = {},
  ) {
    this.broker = new Broker({
      host: '127.0.0.1',
      port: 0,
      maxPacketBytes: 256 << 10,
      dialects: [{ topic: 'application/+/device/+/event/+', downlink: 'application/+/device/+/command/+' }],
      journal: this.#channel.port1,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      tells: {
        connected: (id) => void this.told.push(`connected ${id}`),
        subscribed: (id) => void this.told.push(`subscribed ${id}`),
        disconnected: (id, clean) => void this.told.push(`disconnected ${id} ${clean ? 'clean' : 'cut'}`),
      },
      ...options,
    });
    this.#channel.port2.on('message', ({ id, n, telemetry, data, bytes }: AppendRequest) => {
      this.#unanswered.add(id);
      this.asked.push({ id, entries: decode(new Uint8Array(data, 0, bytes), n), telemetry });
      if (this.answering) this.answer({ ids: [id], used: [] });
    });
  }

  async start(): Promise<this> {
    await this.broker.start();
    this.broker.setCredentials(this.credentials);
    this.port = (await this.broker.listen()).port;
    return this;
  }

  answer(answer: AppendAnswer): void {
    if ('ids' in answer) for (const id of answer.ids) this.#unanswered.delete(id);
    this.#channel.port2.postMessage(answer);
  }

  /** The entries asked for so far, as words: `connect gw-01`, `publish {topic}`. */
  get words(): string[] {
    return this.asked.flatMap(({ entries }) =>
      entries.map((entry) => {
        if (entry.type === 'publish') return `publish ${entry.topic} ${Buffer.from(entry.payload)}`;
        return entry.type === 'disconnect' ? `disconnect ${entry.agent} ${entry.clean ? 'clean' : 'cut'}` : entry.type === 'connect' ? `connect ${entry.agent}` : entry.type;
      }),
    );
  }

  enter(id: string, more: object = {}): Promise<RawMqtt> {
    return RawMqtt.enter(this.port, { ...as(id), ...more });
  }

  /** A whole round trip through the broker that needs no journal: what was to be sent before has been. */
  async roundTrip(): Promise<void> {
    const nobody = await RawMqtt.open(this.port);
    nobody.send(connectPacket({ clientId: 'x', username: 'nobody-known', password: 'x' }));
    await nobody.nextOf(types.connack);
    await nobody.closed;
  }

  async stop(): Promise<void> {
    this.answering = true;
    this.answer({ ids: [...this.#unanswered], used: [] });
    await this.broker.stop();
    this.#channel.port2.close();
    await once(this.#channel.port2, 'close');
  }
}
