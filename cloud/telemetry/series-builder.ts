/** Readings in order of time → the columns of a query's answer. */
import type { Series } from './telemetry.ts';

/** A metric's values of some readings, beside their times. A flag is 0 or 1; NaN: the reading does not carry it. */
export interface MetricColumn {
  ts: ArrayLike<number>;
  value: ArrayLike<number>;
}

/** Takes one metric's values in order of time, over as many calls as it needs. */
export interface SeriesBuilder {
  /** Those with from ≤ ts < to. */
  add(column: MetricColumn, from: number, to: number): void;
  /** Points so far, an unfinished bucket included. */
  readonly points: number;
  finish(): Series;
}

export function seriesBuilder(metric: string, flag: boolean, every: number | undefined): SeriesBuilder {
  return every === undefined ? new PlainBuilder(metric, flag) : new BucketBuilder(metric, every);
}

class PlainBuilder implements SeriesBuilder {
  readonly #ts: number[] = [];
  readonly #value: (number | boolean)[] = [];

  constructor(
    readonly metric: string,
    readonly flag: boolean,
  ) {}

  add({ ts, value }: MetricColumn, from: number, to: number): void {
    for (let i = 0; i < ts.length; i++) {
      const at = ts[i] as number;
      const one = value[i] as number;
      if (Number.isNaN(one) || at < from || at >= to) continue;
      this.#ts.push(at);
      this.#value.push(this.flag ? one !== 0 : one);
    }
  }
  get points(): number {
    return this.#ts.length;
  }
  finish(): Series {
    return { metric: this.metric, ts: this.#ts, value: this.#value };
  }
}

/** Buckets begin at whole multiples of `every` since 1970; an empty one is left out. */
class BucketBuilder implements SeriesBuilder {
  readonly #ts: number[] = [];
  readonly #min: number[] = [];
  readonly #mean: number[] = [];
  readonly #max: number[] = [];
  readonly #count: number[] = [];
  #bucket = Number.NaN;
  #least = 0;
  #sum = 0;
  #most = 0;
  #n = 0;

  constructor(
    readonly metric: string,
    readonly every: number,
  ) {}

  add({ ts, value }: MetricColumn, from: number, to: number): void {
    for (let i = 0; i < ts.length; i++) {
      const at = ts[i] as number;
      const one = value[i] as number;
      if (Number.isNaN(one) || at < from || at >= to) continue;
      const bucket = Math.floor(at / this.every) * this.every;
      if (bucket !== this.#bucket) this.#begin(bucket, one);
      if (one < this.#least) this.#least = one;
      if (one > this.#most) this.#most = one;
      this.#sum += one;
      this.#n++;
    }
  }
  get points(): number {
    return this.#ts.length + (this.#n > 0 ? 1 : 0);
  }
  finish(): Series {
    this.#begin(Number.NaN, 0);
    return { metric: this.metric, ts: this.#ts, min: this.#min, mean: this.#mean, max: this.#max, count: this.#count };
  }

  #begin(bucket: number, first: number): void {
    if (this.#n > 0) {
      this.#ts.push(this.#bucket);
      this.#min.push(this.#least);
      this.#mean.push(this.#sum / this.#n);
      this.#max.push(this.#most);
      this.#count.push(this.#n);
    }
    this.#bucket = bucket;
    this.#least = first;
    this.#most = first;
    this.#sum = 0;
    this.#n = 0;
  }
}
