/** What grows while a load runs: looked at once a second, and its slope. */

import { quantile, slopeOf } from './figures.ts';
import { rssMb } from './proc.ts';
import type { Counts, Stand } from './stand.ts';

interface Sample extends Counts {
  /** Seconds since the beginning. */
  at: number;
  /** Readings on disk and not yet judged, and not yet in the store. */
  unjudged: number;
  unstored: number;
  rssMb: number;
}

export interface Trend {
  /** Readings that waited to be stored, at most, and how many more with each second. */
  queueMost: number;
  queueSlope: number;
  lagMostMs: number;
  rssMb: number;
  /** MB a minute. */
  rssSlope: number;
  samples: Sample[];
}

const everyMs = 1000;

export class Watch {
  readonly #samples: Sample[] = [];
  readonly #stand: Stand;
  readonly #perMessage: number;
  readonly #began = performance.now();
  readonly #from: Counts;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();

  private constructor(stand: Stand, perMessage: number, from: Counts) {
    this.#stand = stand;
    this.#perMessage = perMessage;
    this.#from = from;
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, everyMs);
  }

  /** `perMessage`: readings that a message brings. Nothing of before may be under way. */
  static async begin(stand: Stand, perMessage = 1): Promise<Watch> {
    return new Watch(stand, perMessage, await stand.counts());
  }

  get last(): Sample | undefined {
    return this.#samples.at(-1);
  }
  get samples(): readonly Sample[] {
    return this.#samples;
  }

  async #look(): Promise<void> {
    const { accepted, judged, stored, lagMs } = await this.#stand.counts();
    const [a, j, s] = [(accepted - this.#from.accepted) * this.#perMessage, judged - this.#from.judged, stored - this.#from.stored];
    const at = (performance.now() - this.#began) / 1000;
    this.#samples.push({ at, accepted: a, judged: j, stored: s, lagMs, unjudged: a - j, unstored: a - s, rssMb: rssMb(this.#stand.cloud.pid) });
  }

  /** The trend, without the first seconds, in which everything warms up. */
  async end(warmSeconds = 5): Promise<Trend> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#looking;
    const warm = this.#samples.filter(({ at }) => at >= warmSeconds);
    const slope = (of: (sample: Sample) => number) => slopeOf(warm.map((sample) => [sample.at, of(sample)] as const));
    return {
      queueMost: Math.max(0, ...warm.map(({ unstored }) => unstored)),
      queueSlope: slope(({ unstored }) => unstored),
      lagMostMs: Math.max(0, ...warm.map(({ lagMs }) => lagMs)),
      rssMb: quantile(
        warm.map((sample) => sample.rssMb),
        0.99,
      ),
      rssSlope: 60 * slope((sample) => sample.rssMb),
      samples: this.#samples,
    };
  }
}
