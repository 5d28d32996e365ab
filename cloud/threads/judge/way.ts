/** The way of what agents say, up to the gate: hop by hop, with the skew of each agent's clock taken out. Measured, never judged by. */
import { type Clock, systemClock } from '../../../devices/clock.ts';
import { Hop, type Hops } from '../../hops.ts';
import { Skew } from '../../ingest/ingest.ts';

interface Said {
  ts: number;
  rx: number;
  kept: number | null;
  sent: number | null;
  clock: 'ok' | 'unset';
}

export class Way {
  readonly #outbox: Hop;
  readonly #uplink: Hop;
  readonly #network: Hop;
  readonly #skews = new Map<string, Skew>();

  constructor(clock: Pick<Clock, 'mono'> = systemClock) {
    this.#outbox = new Hop(clock);
    this.#uplink = new Hop(clock);
    this.#network = new Hop(clock);
  }

  /** The first part of a publish: what it says of its way. `isNews`: not a repeat and not of long ago, which say nothing of how long the way is. */
  take(agent: string, { ts, rx, kept, sent, clock }: Said, isNews: boolean): void {
    if (sent === null) return;
    let skew = this.#skews.get(agent);
    if (!skew) {
      skew = new Skew();
      this.#skews.set(agent, skew);
    }
    skew.add(sent, rx);
    this.#network.record(rx - sent - (skew.ms ?? 0));
    if (kept === null || !isNews) return;
    this.#uplink.record(sent - kept);
    if (clock === 'ok') this.#outbox.record(kept - ts);
  }

  /** To be added to the agent's clock to have the cloud's, ms; null: unknown. */
  skewOf(agent: string): number | null {
    return this.#skews.get(agent)?.ms ?? null;
  }

  get hops(): Hops {
    return { outbox: this.#outbox.summary, uplink: this.#uplink.summary, network: this.#network.summary };
  }
}
