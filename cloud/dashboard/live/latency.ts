/** How long from the device's clock to this screen, rolling over five minutes. Pure. */

export const windowMs = 5 * 60_000;
/** Over this the link is called slow (screen.md 5.6). */
export const budgetMs = 300;
/** A device's clock is trusted when it is not ahead of the cloud's and not further behind than a message may travel. */
export const trustedMs = 60_000;

/** Which two clocks a figure is made of; the two are never mixed. */
export type Basis = 'device' | 'received';
export interface Sample {
  /** When it was shown, ms. */
  at: number;
  ms: number;
  basis: Basis;
}

/**
 * One sample from the times a message carries. `shown` is the screen's time, `offset` what must be added to it to get the cloud's.
 */
export function sampleOf(ts: number, rx: number, shown: number, offset: number): Sample {
  const cloudNow = shown + offset;
  const basis: Basis = ts <= rx && rx - ts <= trustedMs ? 'device' : 'received';
  return { at: shown, ms: Math.max(0, Math.round(cloudNow - (basis === 'device' ? ts : rx))), basis };
}

export class Rolling {
  #samples: Sample[] = [];
  add(sample: Sample): void {
    this.#samples.push(sample);
    if (this.#samples.length > 5000) this.#samples.splice(0, this.#samples.length - 5000);
  }
  /** The value that 99 of 100 samples of the last five minutes do not pass; null without samples. */
  p99(now: number, basis: Basis): number | null {
    this.#samples = this.#samples.filter((sample) => now - sample.at <= windowMs);
    const values = this.#samples.filter((sample) => sample.basis === basis).map((sample) => sample.ms);
    if (values.length === 0) return null;
    values.sort((a, b) => a - b);
    return values[Math.min(values.length - 1, Math.ceil(values.length * 0.99) - 1)] ?? null;
  }
}

/**
 * How far the cloud's clock is from this screen's, from the `Date` headers (whole seconds) of ordinary answers: each answer bounds it from both sides, and
 * the bounds of many are cut with each other. Zero stays zero: where the clocks may agree, they are taken to.
 */
export class ClockOffset {
  #low = Number.NEGATIVE_INFINITY;
  #high = Number.POSITIVE_INFINITY;
  add(sent: number, received: number, date: number): void {
    const low = date - received;
    const high = date + 1000 - sent;
    if (low > this.#high || high < this.#low) {
      // One of the clocks was set: begin anew.
      this.#low = low;
      this.#high = high;
      return;
    }
    this.#low = Math.max(this.#low, low);
    this.#high = Math.min(this.#high, high);
  }
  /** Cloud time − screen time, ms. */
  get ms(): number {
    if (this.#low <= 50 && this.#high >= -50) return 0;
    return Math.round((this.#low + this.#high) / 2);
  }
}
