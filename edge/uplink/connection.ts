/** One MQTT connection, from CONNECT to its close; the only file that knows the `mqtt` package. It never reconnects: the uplink makes a new one. */
import mqtt from 'mqtt';
import { writeToStream } from 'mqtt-packet';

// Otherwise it keeps 65,536 small buffers for ever: 8 MB, to save what an agent never notices.
writeToStream.cacheNumbers = false;

export interface ConnectionOptions {
  url: string;
  agent: string;
  token: string;
  will: { topic: string; payload: string };
  /** What came in, on a topic that was subscribed to. The cloud gets its acknowledgement when it resolves. */
  heard: (topic: string, payload: string) => Promise<void>;
  /** It is over, or never came to be; called once. `refused`: the cloud does not accept this name and token. */
  closed: (why: string, refused: boolean) => void;
}

const keepaliveS = 30;
const connectTimeoutMs = 10_000;
/** CONNACK: bad user name or password, not authorized (MQTT 3.1.1, 3.2.2.3). */
const refusals = [4, 5];

export class Connection {
  readonly #options: ConnectionOptions;
  #client: mqtt.MqttClient | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** `connected` is called once the cloud has accepted it. */
  open(connected: () => void): void {
    const { url, agent, token, will, heard, closed } = this.#options;
    let why = 'the connection was closed';
    let refused = false;
    const { protocol, hostname, port } = new URL(url);
    const client = mqtt.connect({
      // Not the URL whole: it would go through url.parse, at which newer versions of Node complain.
      protocol: protocol === 'mqtts:' ? 'mqtts' : 'mqtt',
      host: hostname.replace(/^\[|\]$/g, ''),
      ...(port === '' ? {} : { port: Number(port) }),
      protocolVersion: 4,
      clean: true,
      clientId: agent,
      username: agent,
      password: token,
      keepalive: keepaliveS,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      will: { ...will, payload: Buffer.from(will.payload), qos: 1, retain: true },
    });
    this.#client = client;
    client.handleMessage = (packet, acknowledge) => {
      if (packet.cmd !== 'publish') return acknowledge();
      heard(packet.topic, packet.payload.toString()).then(
        () => acknowledge(),
        (error: Error) => {
          why = `a message could not be taken: ${error.message}`;
          client.end(true);
        },
      );
    };
    client.on('connect', connected);
    client.on('error', (error) => {
      why = error.message || (error as { code?: string }).code || why;
      refused = refusals.includes((error as { code?: number }).code as number);
    });
    client.once('close', () => {
      this.#client = null;
      client.end(true);
      closed(why, refused);
    });
  }

  /** Resolves when the cloud has granted them; rejects where it refuses one. */
  async subscribe(filters: string[]): Promise<void> {
    const client = this.#client;
    if (!client) throw new Error('not connected');
    await client.subscribeAsync(filters, { qos: 1 });
  }

  /** Resolves on PUBACK. Never settles when the connection closes first: then `closed` tells. */
  publish(topic: string, payload: string, retain = false): Promise<void> {
    return new Promise((resolve) => {
      this.#client?.publish(topic, payload, { qos: 1, retain }, (error) => {
        if (!error) resolve();
      });
    });
  }

  /** DISCONNECT, then the socket's end: the Will is not sent. Resolves when it is over. */
  async disconnect(): Promise<void> {
    await this.#client?.endAsync(false);
  }

  /** The socket's end at once. */
  destroy(): void {
    this.#client?.end(true);
  }
}
