/** Senders with a ledger of their own: what they said, and what they were given a PUBACK for, independent of what the cloud says. */
import type { MqttClient } from 'mqtt';
import { expect } from 'vitest';
import { newUlid } from '../../devices/ids.ts';
import { type Cloud, type Person, until } from './product.ts';

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

/** One raising event of each cover in so many rounds. */
const raisesEvery = 20;

/** Covers of several agents: each round one reading of each, whose temperature is its number, and now and then a tilt. */
export class Ledger {
  readonly #cloud: Cloud;
  readonly #covers: { id: string; agent: number }[];
  readonly #t0 = Date.now() - 600_000;
  readonly #raised = new Map<string, string[]>();
  #senders: LedgerSender[] = [];
  #running: Promise<unknown> = Promise.resolve();
  #finished = false;
  rounds = 0;

  constructor(cloud: Cloud, agents: number, coversEach: number) {
    this.#cloud = cloud;
    this.#covers = Array.from({ length: agents * coversEach }, (_, i) => ({ id: `cover-${Math.floor(i / coversEach)}-${i % coversEach}`, agent: Math.floor(i / coversEach) }));
  }

  get covers(): string[] {
    return this.#covers.map(({ id }) => id);
  }
  get acknowledged(): number {
    return this.#senders.reduce((sum, sender) => sum + sender.acknowledged, 0);
  }
  get cuts(): number {
    return this.#senders.reduce((sum, sender) => sum + sender.cuts, 0);
  }

  /** Registers them and begins to send. `more`: what every cover is besides. */
  async open(admin: Person, more: object = {}): Promise<void> {
    for (const agent of new Set(this.#covers.map((cover) => cover.agent))) {
      const { token } = await admin.post('/api/agents', { id: `gw-${agent}`, role: 'agent' });
      this.#senders.push(new LedgerSender(this.#cloud, `gw-${agent}`, token));
    }
    await admin.post(
      '/api/devices',
      this.#covers.map(({ id, agent }) => ({ id, kind: 'manhole-cover', agent: `gw-${agent}`, lifecycle: 'in service', ...more })),
    );
    this.#running = Promise.all(this.#senders.map((sender) => sender.run(() => this.#finished)));
  }

  /** Says one round after the other, as fast as it is taken, until `enough`. */
  async speak(enough: () => boolean): Promise<void> {
    while (!enough()) {
      const round = this.rounds++;
      for (const { id, agent } of this.#covers) {
        const ts = this.#t0 + round * 100;
        const sender = this.#senders[agent] as LedgerSender;
        sender.say(`gw/v1/gw-${agent}/${id}/telemetry`, { boot: 1, seq: round, ts, values: { tilt_deg: 1, temperature_c: round } });
        if (round % raisesEvery !== 7) continue;
        const event = newUlid(ts);
        this.#raised.set(id, [...(this.#raised.get(id) ?? []), event]);
        sender.say(`gw/v1/gw-${agent}/${id}/event`, { id: event, boot: 1, seq: Math.floor(round / raisesEvery), ts, kind: 'tilt', data: { tilt_deg: 20 } });
      }
      await until('the senders keep up', () => this.#senders.every(({ waiting }) => waiting < 100), 90_000);
    }
  }

  /** Resolves when all that was said is acknowledged. */
  async finish(): Promise<void> {
    this.#finished = true;
    await this.#running;
  }

  async stop(): Promise<void> {
    for (const sender of this.#senders) sender.stop();
    await this.finish();
  }

  /** Each reading is there once, in order, as it was said; each event in one alert, counted once; each alert in one case; no number is missing. */
  async expectWhole(admin: Person): Promise<void> {
    const ts = Array.from({ length: this.rounds }, (_, round) => this.#t0 + round * 100);
    for (const { id } of this.#covers) {
      const path = `/api/devices/${id}/telemetry?metric=temperature_c&from=${ts[0]}&to=${(ts.at(-1) as number) + 1}`;
      const [series] = await until(`all of ${id} is stored`, async () => {
        const { series } = await admin.get(path);
        return series[0]?.ts.length >= this.rounds && series;
      });
      expect(series).toMatchObject({ ts, value: ts.map((_, round) => round) });
      const raised = this.#raised.get(id) ?? [];
      const alerts: { events: string[]; count: number; case: string | null }[] = await until(`the alerts of ${id} have their case`, async () => {
        const { items } = await admin.get(`/api/alerts?device=${id}&cause=tilt`);
        return (
          items.reduce((sum: number, alert: { count: number }) => sum + alert.count, 0) >= raised.length && items.every((alert: { case: unknown }) => alert.case !== null) && items
        );
      });
      // An alert names its last hundred events, and counts all.
      const events = alerts.flatMap((alert) => alert.events);
      expect(events).toEqual(raised.slice(-events.length));
      expect(alerts.map(({ count }) => count)).toEqual([raised.length]);
      const cases = (await admin.get(`/api/cases?device=${id}`)).items.filter((one: { alerts: string[] }) => one.alerts.length > 0);
      expect(cases.map((one: { id: string }) => one.id)).toEqual([alerts[0]?.case]);
    }
    const said = new Map<string, number>();
    for (const { id, agent } of this.#covers) said.set(`gw-${agent}`, (said.get(`gw-${agent}`) ?? 0) + this.rounds + (this.#raised.get(id)?.length ?? 0));
    for (const agent of (await admin.get('/api/agents')).items) {
      if (!said.has(agent.id)) continue;
      expect(agent).toMatchObject({ gaps: 0, parked: 0, reused: 0 });
      expect(agent.received - agent.repeats).toBe(said.get(agent.id));
    }
  }
}
