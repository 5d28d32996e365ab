/** A sender with a ledger of its own: what it was given a PUBACK for, independent of what the cloud says. */
import type { MqttClient } from 'mqtt';
import { type Cloud, until } from './product.ts';

interface Due {
  topic: string;
  payload: string;
}

/** Publishes its list in order, QoS 1, with a window; sends again after a cut what was not acknowledged. */
export class LedgerSender {
  readonly #cloud: Cloud;
  readonly #agent: string;
  readonly #token: string;
  readonly #due: Due[] = [];
  #acknowledged = 0;
  #client: MqttClient | null = null;
  #stopped = false;
  cuts = 0;

  constructor(cloud: Cloud, agent: string, token: string) {
    this.#cloud = cloud;
    this.#agent = agent;
    this.#token = token;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }
  get waiting(): number {
    return this.#due.length;
  }

  say(topic: string, payload: object): void {
    this.#due.push({ topic, payload: JSON.stringify(payload) });
  }

  /** Runs until all is acknowledged and `done` says that no more comes. */
  async run(done: () => boolean): Promise<void> {
    while (!this.#stopped && !(done() && this.#due.length === 0)) {
      try {
        this.#client = await this.#cloud.connect(this.#agent, this.#token, { connectTimeout: 2000 });
        await this.#drain(this.#client, done);
      } catch {
        // The cloud is away, or was killed under us: what is not acknowledged stays in the list and is sent again.
        this.cuts++;
        await new Promise((go) => setTimeout(go, 50));
      } finally {
        this.#client?.removeAllListeners('error');
        this.#client?.on('error', () => {});
        this.#client?.end(true);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#client?.end(true);
  }

  async #drain(client: MqttClient, done: () => boolean): Promise<void> {
    const broken = new Promise<never>((_, fail) => {
      client.once('close', () => fail(new Error('cut')));
      client.once('error', fail);
    });
    broken.catch(() => {});
    while (!(done() && this.#due.length === 0)) {
      const batch = this.#due.slice(0, 20);
      if (batch.length === 0) {
        await Promise.race([broken, until('more to say', () => this.#due.length > 0 || done())]);
        continue;
      }
      await Promise.race([broken, Promise.all(batch.map(({ topic, payload }) => client.publishAsync(topic, payload, { qos: 1 })))]);
      this.#due.splice(0, batch.length);
      this.#acknowledged += batch.length;
    }
  }
}
