/** What goes on over one connection: the outbox is emptied in its order through a bounded window; `flow` is obeyed; commands come in. */
import type { Clock } from '../../devices/clock.ts';
import type { Logger } from '../../devices/log.ts';
import { commandFilter, eventTopic, flowCheck, flowTopic, parseCommandTopic, replyTopic, telemetryTopic } from '../../devices/wire/wire.ts';
import { parseJson } from '../json.ts';
import type { Outbox, Parcel } from '../outbox/outbox.ts';
import type { Connection } from './connection.ts';

export interface SessionOptions {
  agent: string;
  clock: Clock;
  log: Logger;
  outbox: Outbox;
  connection: Connection;
  command: (device: string, payload: string) => Promise<void>;
  /** What was taken from the outbox cannot be had: it has failed. */
  failed: (error: Error) => void;
}

/** Publishes without an acknowledgement yet; at most 128 KiB each, mostly far less. */
const publishWindow = 32;
/** Telemetry waits so long for the subscription to be granted … */
const grantWithinMs = 5000;
/** … and then so long for the cloud's word on `flow`, which follows it. */
const flowWithinMs = 300;

export class Session {
  readonly #options: SessionOptions;
  /** May telemetry be sent? null: the cloud has not said yet. Without a word it may (contract: every connection begins as true). */
  #flow: boolean | null = null;
  #ready = false;
  #ended = false;
  #inFlight = 0;
  #taking = false;
  #again = false;
  /** The outbox had nothing more the last time. */
  #empty = false;
  #cancelFlow = () => {};
  #landed = () => {};

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The connection is made: what was sent on an older one and not acknowledged is sent again. */
  async start(): Promise<void> {
    const { agent, log, outbox, connection, failed } = this.#options;
    this.#allowAfter(grantWithinMs);
    connection.subscribe([commandFilter(agent), flowTopic(agent)]).then(
      () => this.#allowAfter(flowWithinMs),
      (error) => {
        if (!this.#ended) log.error({ err: error }, 'uplink: the cloud does not grant the subscription to commands');
      },
    );
    try {
      await outbox.rewind();
    } catch (error) {
      failed(error as Error);
      return;
    }
    this.#ready = true;
    this.pump();
  }

  /** The connection is over. */
  end(): void {
    this.#ended = true;
    this.#cancelFlow();
    this.#look();
  }

  /** Sends what the outbox has, as far as the window goes. */
  pump(): void {
    if (this.#taking) {
      this.#again = true;
      return;
    }
    if (this.#ended || !this.#ready || this.#inFlight >= publishWindow) return;
    const { outbox, failed } = this.#options;
    this.#taking = true;
    this.#again = false;
    outbox.take({ publishes: publishWindow - this.#inFlight, telemetry: this.#flow === true }).then((parcels) => {
      this.#taking = false;
      if (this.#ended) return;
      this.#empty = parcels.length === 0;
      for (const parcel of parcels) this.#send(parcel);
      if (this.#again) this.pump();
      this.#look();
    }, failed);
  }

  /** Resolves when nothing is left to send and nothing on its way, or the connection is over. */
  async landed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#landed = resolve;
      this.pump();
      this.#look();
    });
  }

  async heard(topic: string, payload: string): Promise<void> {
    const { agent, log, command } = this.#options;
    const addressed = parseCommandTopic(topic);
    if (addressed?.agent === agent) return command(addressed.device, payload);
    if (topic !== flowTopic(agent)) {
      log.warn({ topic }, 'uplink: a message on a topic that was not asked for');
      return;
    }
    const flow = parseJson(payload);
    if (!flowCheck.is(flow)) {
      log.warn({ why: flowCheck.why(flow) }, 'uplink: a flow message that cannot be read');
      return;
    }
    if (flow.telemetry !== this.#flow) log.info({ telemetry: flow.telemetry }, flow.telemetry ? 'uplink: telemetry may go' : 'uplink: the cloud holds telemetry');
    this.#flow = flow.telemetry;
    this.pump();
  }

  /** Unless the cloud says something else before. */
  #allowAfter(ms: number): void {
    this.#cancelFlow();
    if (this.#ended) return;
    this.#cancelFlow = this.#options.clock.after(ms, () => {
      this.#flow ??= true;
      this.pump();
    });
  }

  #send(parcel: Parcel): void {
    const { agent, connection, outbox, clock } = this.#options;
    this.#inFlight++;
    const [topic, payload] = publishOf(agent, parcel, clock.now());
    connection.publish(topic, payload).then(() => {
      outbox.forget(parcel.key);
      this.#inFlight--;
      this.pump();
    });
  }

  #look(): void {
    if (this.#ended || (this.#inFlight === 0 && !this.#taking && this.#empty)) this.#landed();
  }
}

/** An event or a reply on its device's topic, one reading on its device's, more on the gateway's. The first part says when it was kept and sent. */
function publishOf(agent: string, parcel: Parcel, sent: number): [topic: string, payload: string] {
  const onItsWay = `${parcel.kept === null ? '' : `"kept":${parcel.kept},`}"sent":${sent},`;
  if ('urgent' in parcel) {
    const { device, what, body } = parcel.urgent;
    return what === 'event' ? [eventTopic(agent, device), `{${onItsWay}${body.slice(1)}`] : [replyTopic(agent, device), body];
  }
  const [first] = parcel.readings;
  if (first && parcel.readings.length === 1) return [telemetryTopic(agent, first.device), `{${onItsWay}${first.body.slice(1)}`];
  return [telemetryTopic(agent), `[${parcel.readings.map(({ device, body }, i) => `{"device":"${device}",${i === 0 ? onItsWay : ''}${body.slice(1)}`).join(',')}]`];
}
