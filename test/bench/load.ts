/** The load on a broker: what the generator is asked for, and what it says came of it. */
import { Program } from './program.ts';

export interface Load {
  connections: number;
  /** Unacknowledged messages of each connection. 1: each message is a socket write, and a socket read, of its own. */
  window: number;
  /** Ends after so long, or after so many messages in all. */
  seconds?: number;
  messages?: number;
  /** Messages a second in all; without it as many as are acknowledged. */
  rate?: number;
  /** Messages of one socket write, where there is a rate. */
  burst?: number;
  /** `reading`: one of five values; `batch`: one of each device of the agent, as a gateway sends them; `event`: a cover that tilts. */
  shape?: 'reading' | 'batch' | 'event';
  devicesEach?: number;
  boot?: number;
  /** The device's clock: the first reading's, and how far it goes on with each, ms. */
  from?: number;
  stepMs?: number;
}

/** Where it goes: agents are bench-0 …, each with devices dev-{agent}-0 …; a token each, `bench` without. */
export interface Target {
  port: number;
  tokens?: string[];
}

export interface Sent {
  acked: number;
  seconds: number;
  /** Acknowledged a second. */
  rate: number;
  /** From publish to PUBACK, ms. */
  p50: number;
  p99: number;
  /** The generator's own CPU time for a message, microseconds. */
  cpuUs: number;
}

/** A generator under way. */
export class Generator {
  readonly #program: Program;
  /** Everything was acknowledged; rejects when the broker has cut it off. */
  readonly done: Promise<Sent>;

  constructor(target: Target, load: Load) {
    this.#program = new Program('generator', { ...target, ...load });
    this.done = this.#program.next<Sent>().finally(() => this.#program.end());
    // Whoever waits for it hears of a failure; nobody else has to.
    this.done.catch(() => {});
  }

  /** No more from now on; `done` resolves when the rest is acknowledged. */
  stop(): void {
    this.#program.tell('stop');
  }
}

export const generate = (target: Target, load: Load): Promise<Sent> => new Generator(target, load).done;
