/** How long each hop of the path takes: histograms since the start (for Prometheus) and of the last minutes (for people). */
import type { Clock } from '../devices/clock.ts';

/** Upper bounds of the buckets, ms; one more holds what is longer. */
export const hopBounds = [0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000, 10_000, 30_000, 60_000, 600_000, 3_600_000] as const;

/** In the order of the path. What begins at a device's or an agent's clock has the skew of the agent's clock taken out. */
export const hopNames = ['outbox', 'uplink', 'network', 'disk', 'rules', 'telemetry', 'alert', 'socket', 'screen'] as const;
export type HopName = (typeof hopNames)[number];

export interface HopCounts {
  /** Of each bound how many took at most that long and longer than the one before; the last: longer than all. */
  buckets: number[];
  count: number;
  /** ms. */
  sum: number;
}
/** Of one hop; percentiles of the last five minutes in ms, null where nothing came. */
export interface HopSummary extends HopCounts {
  recent: { count: number; p50: number | null; p99: number | null };
}
export type Hops = Partial<Record<HopName, HopSummary>>;

const minuteMs = 60_000;
const minutes = 5;
const emptyBuckets = () => new Array<number>(hopBounds.length + 1).fill(0);

export class Hop {
  readonly #clock: Pick<Clock, 'mono'>;
  readonly #all = emptyBuckets();
  #sum = 0;
  /** By minute, newest last. */
  readonly #recent: { minute: number; buckets: number[] }[] = [];

  constructor(clock: Pick<Clock, 'mono'>) {
    this.#clock = clock;
  }

  /** `times`: so many of them. A wait that comes out negative, where two clocks were compared, counts as none. */
  record(ms: number, times = 1): void {
    let at = 0;
    while (at < hopBounds.length && ms > (hopBounds[at] as number)) at++;
    this.#all[at] = (this.#all[at] as number) + times;
    this.#sum += Math.max(0, ms) * times;
    const { buckets } = this.#now();
    buckets[at] = (buckets[at] as number) + times;
  }

  get summary(): HopSummary {
    const now = this.#now().minute;
    const recent = emptyBuckets();
    for (const { minute, buckets } of this.#recent) if (minute > now - minutes) for (const [i, n] of buckets.entries()) recent[i] = (recent[i] as number) + n;
    return {
      buckets: [...this.#all],
      count: total(this.#all),
      sum: this.#sum,
      recent: { count: total(recent), p50: percentile(recent, 0.5), p99: percentile(recent, 0.99) },
    };
  }

  #now(): { minute: number; buckets: number[] } {
    const minute = Math.floor(this.#clock.mono() / minuteMs);
    let last = this.#recent.at(-1);
    if (last?.minute !== minute) {
      last = { minute, buckets: emptyBuckets() };
      this.#recent.push(last);
      if (this.#recent.length > minutes) this.#recent.shift();
    }
    return last;
  }
}

const total = (buckets: readonly number[]) => buckets.reduce((sum, n) => sum + n, 0);

/** As if what is in a bucket lay evenly between its bounds. */
function percentile(buckets: readonly number[], part: number): number | null {
  const wanted = total(buckets) * part;
  if (wanted === 0) return null;
  let below = 0;
  for (const [i, n] of buckets.entries()) {
    if (n === 0 || below + n < wanted) {
      below += n;
      continue;
    }
    const from = i === 0 ? 0 : (hopBounds[i - 1] as number);
    const to = hopBounds[i] ?? from;
    return from + ((to - from) * (wanted - below)) / n;
  }
  return hopBounds.at(-1) as number;
}
