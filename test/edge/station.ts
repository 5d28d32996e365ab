/** A cloud's gate as small as can be, for the agent's tests: a real Aedes that writes down what comes, in order, and can be told to refuse, to hold and to go away. */
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AuthenticateError } from 'aedes';

export interface Heard {
  topic: string;
  payload: string;
  retain: boolean;
  client: string | null;
}

export class Station {
  readonly heard: Heard[] = [];
  /** Tokens of agents; others are refused. */
  readonly tokens = new Map<string, string>([['gw-01', 'abc']]);
  /** What `flow` says to who subscribes. */
  telemetry = true;
  /** While true, nothing is acknowledged and nothing is written down. */
  deaf = false;
  connects = 0;
  refused = 0;
  /** Client ids whose connection has ended. */
  readonly goodbyes: string[] = [];
  port = 0;
  #aedes: Aedes | null = null;
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<() => void>();

  async open(): Promise<void> {
    const aedes = await Aedes.createBroker();
    this.#aedes = aedes;
    aedes.authenticate = (client, username, password, done) => {
      const good = client.id === username && this.tokens.get(username ?? '') === password?.toString();
      if (good) this.connects++;
      else this.refused++;
      this.#look();
      if (good) done(null, true);
      else done(Object.assign(new Error('refused'), { returnCode: 5 }) as AuthenticateError, false);
    };
    aedes.authorizePublish = (client, packet, done) => {
      if (this.deaf) return;
      this.heard.push({ topic: packet.topic, payload: packet.payload.toString(), retain: packet.retain, client: client?.id ?? null });
      done(null);
      this.#look();
    };
    aedes.on('subscribe', (subscriptions, client) => {
      for (const { topic } of subscriptions) if (topic.endsWith('/flow')) this.say(topic, { telemetry: this.telemetry });
      if (client) this.#look();
    });
    aedes.on('clientDisconnect', (client) => {
      this.goodbyes.push(client.id);
      this.#look();
    });
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      aedes.handle(socket);
    });
    this.#server = server;
    await new Promise<void>((resolve, fail) => server.once('error', fail).listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { port: number }).port;
  }

  /** The cloud is gone: every connection is cut, nobody listens. */
  async close(): Promise<void> {
    const [aedes, server] = [this.#aedes, this.#server];
    this.#aedes = this.#server = null;
    if (!aedes || !server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    this.cut();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await closed;
  }

  /** Cuts every connection; the next may come. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  say(topic: string, payload: object): void {
    this.#aedes?.publish({ cmd: 'publish', topic, payload: JSON.stringify(payload), qos: 1, retain: false, dup: false }, () => {});
  }

  get connected(): number {
    return this.#aedes?.connectedClients ?? 0;
  }

  /** Resolves when `true` is seen, looking at whatever happens here; rejects with `what` after `withinMs`. */
  async until(what: string, seen: () => boolean, withinMs = 30_000): Promise<void> {
    if (seen()) return;
    let settle: () => void = () => {};
    try {
      await new Promise<void>((resolve, fail) => {
        const late = setTimeout(
          () => fail(new Error(`not seen within ${withinMs} ms: ${what}; heard ${this.heard.length}, last ${JSON.stringify(this.heard.slice(-3)).slice(0, 600)}`)),
          withinMs,
        );
        const look = () => seen() && resolve();
        const now_and_then = setInterval(look, 20);
        this.#waiting.add(look);
        settle = () => {
          clearTimeout(late);
          clearInterval(now_and_then);
          this.#waiting.delete(look);
        };
      });
    } finally {
      settle();
    }
  }

  /** Every reading, in the order of arrival, those of batches one by one. */
  readings(): { device: string; boot: number; seq: number; ts: number; values: Record<string, number | boolean> }[] {
    return this.heard.flatMap(({ topic, payload }) => {
      const [, , , device, what] = topic.split('/');
      if (device === 'telemetry') return JSON.parse(payload);
      return what === 'telemetry' ? [{ device, ...JSON.parse(payload) }] : [];
    });
  }

  events(): { device: string; id: string; boot: number; seq: number; ts: number; kind: string; data: Record<string, unknown> }[] {
    return this.#of('event') as ReturnType<Station['events']>;
  }

  replies(): { device: string; id: string; ok: boolean; result?: Record<string, unknown>; error?: string }[] {
    return this.#of('reply') as ReturnType<Station['replies']>;
  }

  states(): { online: boolean; boot: number; version: string; waiting?: number; dropped?: number }[] {
    return this.heard.filter(({ topic }) => topic.endsWith('/state')).map(({ payload }) => JSON.parse(payload));
  }

  #of(what: string): object[] {
    return this.heard.filter(({ topic }) => topic.split('/')[4] === what).map(({ topic, payload }) => ({ device: topic.split('/')[3], ...JSON.parse(payload) }));
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
