/** The door of the uplink: from the outbox to the cloud over MQTT, and back with commands and `flow`. It is connected whenever it can be. */
import type { Clock } from '../../devices/clock.ts';
import type { Logger } from '../../devices/log.ts';
import { stateTopic } from '../../devices/wire/wire.ts';
import type { Outbox, OutboxStats } from '../outbox/outbox.ts';
import { Backoff } from './backoff.ts';
import { Connection } from './connection.ts';
import { Session } from './session.ts';
import { StateNotice } from './state.ts';

export interface UplinkOptions {
  url: string;
  agent: string;
  token: string;
  /** Of the program, as the state tells it. */
  version: string;
  clock: Clock;
  log: Logger;
  /** In [0, 1): the jitter of the back-off. */
  random: () => number;
  outbox: Outbox;
  /** Takes a command's payload on; the cloud gets its acknowledgement when it resolves. */
  command: (device: string, payload: string) => Promise<void>;
  /** The outbox has failed under it. */
  failed: (error: Error) => void;
}

/** A connection that has lasted so long was a good one: the waiting starts anew. */
const goodAfterMs = 10_000;
/** So many others in a row are no chance. */
const contestedFrom = 3;
/** A clean end takes at most so long, for what is on its way and for the last word each. */
const farewellMs = 2000;

export class Uplink {
  readonly #options: UplinkOptions;
  readonly #backoff = new Backoff();
  readonly #notice: StateNotice;
  #connection: Connection | null = null;
  #session: Session | null = null;
  #boot = 0;
  /** When the cloud took this connection, by the monotonic clock; null: it has not. */
  #takenAt: number | null = null;
  /** Connections in a row that the cloud took and that soon ended. */
  #brief = 0;
  #cancelRetry = () => {};
  #stopping: Promise<void> | null = null;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#notice = new StateNotice(
      options.clock,
      () => options.outbox.stats(),
      (stats) => this.#connection?.publish(stateTopic(options.agent), this.#state(true, stats), true),
    );
  }

  start(boot: number): void {
    this.#boot = boot;
    this.#options.outbox.onChange(() => {
      this.#notice.changed();
      this.#session?.pump();
    });
    this.#connect();
  }

  /** Says `online: false` and disconnects, so that the Will is not sent; at most a few seconds. */
  stop(): Promise<void> {
    this.#stopping ??= this.#farewell();
    return this.#stopping;
  }

  #connect(): void {
    const { url, agent, token, clock, log, outbox, command, failed } = this.#options;
    const connection: Connection = new Connection({
      url,
      agent,
      token,
      will: { topic: stateTopic(agent), payload: this.#state(false) },
      heard: (topic, payload) => (this.#session && connection === this.#connection ? this.#session.heard(topic, payload) : Promise.resolve()),
      closed: (why, refused) => this.#closed(connection, why, refused),
    });
    this.#connection = connection;
    connection.open(() => {
      log.info({ url }, 'uplink: connected');
      this.#takenAt = clock.mono();
      this.#session = new Session({ agent, clock, log, outbox, connection, command, failed });
      this.#notice.begin();
      void this.#session.start();
    });
  }

  #closed(connection: Connection, why: string, refused: boolean): void {
    if (connection !== this.#connection) return;
    const { agent, clock, log, random } = this.#options;
    this.#connection = null;
    this.#session?.end();
    this.#session = null;
    this.#notice.end();
    if (this.#stopping) return;
    const contested = this.#judge();
    const wait = Math.round(this.#backoff.next(refused, random()));
    if (contested) log.error({ agent, why, wait_ms: wait }, 'uplink: not connected; it is taken and soon cut off, again and again: another one uses its token, or the line is bad');
    else if (refused) log.error({ agent, why, wait_ms: wait }, 'uplink: the cloud refuses this agent; check cloud.agent and its token');
    else log.warn({ why, wait_ms: wait }, 'uplink: not connected');
    this.#cancelRetry = clock.after(wait, () => this.#connect());
  }

  /** How good the connection was that has ended. true: it is the one too many that were not. */
  #judge(): boolean {
    const takenAt = this.#takenAt;
    if (takenAt === null) return false;
    this.#takenAt = null;
    const good = this.#options.clock.mono() - takenAt >= goodAfterMs;
    this.#brief = good ? 0 : this.#brief + 1;
    if (good) this.#backoff.reset();
    return this.#brief === contestedFrom;
  }

  async #farewell(): Promise<void> {
    const { agent, outbox } = this.#options;
    this.#cancelRetry();
    const connection = this.#connection;
    if (!connection) return;
    if (this.#session) {
      await this.#within(this.#session.landed());
      // What was acknowledged is let go, so that the last word counts right.
      await this.#within(outbox.rewind());
      this.#notice.end();
      await this.#within(connection.publish(stateTopic(agent), this.#state(false, outbox.stats()), true));
      await this.#within(connection.disconnect());
    }
    connection.destroy();
  }

  #state(online: boolean, stats?: OutboxStats): string {
    return JSON.stringify({ online, ts: this.#options.clock.now(), boot: this.#boot, version: this.#options.version, ...stats });
  }

  async #within(what: Promise<void>): Promise<void> {
    let cancel = () => {};
    await Promise.race([what, new Promise<void>((resolve) => (cancel = this.#options.clock.after(farewellMs, resolve)))]);
    cancel();
  }
}
