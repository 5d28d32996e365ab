/** One device's rhythm: a reading each interval; past a limit a look each second, and a reading at once on every change and on recovery. */
import type { Clock } from '../devices/clock.ts';
import { reasonOf, reject } from '../devices/errors.ts';
import { newUlid } from '../devices/ids.ts';
import type { Baseline, Kind, Values } from '../devices/kinds/kinds.ts';
import type { Logger } from '../devices/log.ts';
import type { Driver, PastReading } from './drivers/drivers.ts';
import type { Memory } from './memory.ts';
import type { Addition, Outbox } from './outbox/outbox.ts';
import { refine } from './refine.ts';
import { LocalRules } from './rules/rules.ts';
import type { Speaker } from './speaker.ts';

export interface SamplerOptions {
  device: string;
  kind: Kind;
  driver: Driver;
  speaker: Speaker;
  outbox: Pick<Outbox, 'add'>;
  /** Of this device. */
  memory: Memory;
  clock: Clock;
  log: Logger;
  /** The reporting interval that the agent's file names. */
  interval_s: number;
  baseline: Baseline | null;
  /** Where in its interval it reports, in [0, 1): spreads the devices of an agent. */
  phase: number;
}

const attentiveMs = 1000;
/** An answer that takes longer counts as none. */
const answerWithinMs = 10_000;
/** After the start every device reports within so long, however long its interval is. */
const firstWithinMs = 60_000;
/** Timers may be early by less than this. */
const slackMs = 1;

export class Sampler {
  readonly #options: SamplerOptions;
  readonly #rules: LocalRules;
  #interval_s: number;
  #baseline: Baseline | null;
  /** When the next report is due, on the monotonic clock. */
  #nextReport = Number.NEGATIVE_INFINITY;
  #state: 'new' | 'starting' | 'resting' | 'looking' | 'stopped' = 'new';
  #again = false;
  #failing = false;
  readonly #refused = new Set<string>();
  #cancel = () => {};

  constructor(options: SamplerOptions) {
    const { kind, memory, interval_s, baseline } = options;
    this.#options = options;
    this.#rules = new LocalRules(kind, (limit) => numberOrNull(memory.recall(`fired/${limit}`)));
    this.#interval_s = commanded(memory.recall('interval'), interval_s);
    const zeroed = memory.recall('baseline');
    this.#baseline = zeroed === null ? baseline : (JSON.parse(zeroed) as Baseline);
  }

  /** Hands over the past that the driver has, once ever; then the first reading is planned. Resolves when the past is on disk. */
  async start(): Promise<void> {
    const { driver, memory, clock, phase } = this.#options;
    this.#state = 'starting';
    driver.start();
    if (driver.history && memory.recall('history') === null) await this.#handOver(driver.history());
    if (this.#isStopped()) return;
    const interval = this.#interval_s * 1000;
    this.#state = 'resting';
    this.#nextReport = clock.mono() + phase * interval;
    this.#plan(this.#again ? 0 : phase * Math.min(interval, firstWithinMs), true);
  }

  /** Twice is harmless. */
  stop(): void {
    this.#state = 'stopped';
    this.#cancel();
    this.#options.driver.stop();
  }

  /** Something has changed: looks and reports at once. */
  attention(): void {
    if (this.#state === 'resting') this.#plan(0, true);
    else this.#again = true;
  }

  /** Something happened at the device: it is said at once. */
  event(kind: string, data: Record<string, number | string | boolean> = {}): void {
    const { device, clock, log } = this.#options;
    const spec = this.#options.kind.events[kind];
    if (!spec) {
      log.error({ device, event: kind }, "sampler: the driver tells of an event that the device's kind does not have");
      return;
    }
    const addition: Addition = {};
    this.#say(addition, clock.now(), kind, Object.fromEntries(Object.entries(data).filter(([field, value]) => spec.data[field] === typeof value)));
    this.#add(addition);
  }

  /** The reporting interval from now on, in seconds; kept over restarts until the agent's file names another. */
  async setInterval(interval_s: number): Promise<void> {
    const { memory, clock, interval_s: file } = this.#options;
    await memory.remember('interval', JSON.stringify({ interval_s, file }));
    this.#interval_s = interval_s;
    this.#nextReport = clock.mono() + interval_s * 1000;
    this.attention();
  }

  /** Takes the plane of now as the plane as installed, over restarts too; a reading follows at once. Resolves with it. */
  async calibrate(): Promise<Baseline> {
    const { angle_x_deg, angle_y_deg, angle_z_deg } = (await this.#sample()) ?? {};
    if (typeof angle_x_deg !== 'number' || typeof angle_y_deg !== 'number' || typeof angle_z_deg !== 'number') throw reject('no-angles', 'the device does not tell its angles now');
    const baseline = { angle_x_deg, angle_y_deg, angle_z_deg };
    await this.#options.memory.remember('baseline', JSON.stringify(baseline));
    this.#baseline = baseline;
    this.attention();
    return baseline;
  }

  async #handOver(past: PastReading[]): Promise<void> {
    const { kind, speaker, memory, outbox } = this.#options;
    const addition: Addition = {};
    for (const { ts, values } of past) speaker.reading(addition, ts, refine(kind, values, this.#baseline).values);
    memory.with(addition, 'history', String(past.length));
    await outbox.add(addition);
  }

  #plan(ms: number, report = false): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(ms, () => this.#look(report));
  }

  async #look(report: boolean): Promise<void> {
    const { clock, speaker, memory } = this.#options;
    this.#state = 'looking';
    this.#again = false;
    const raw = await this.#sample();
    if (this.#isStopped()) return;
    const [ts, now] = [clock.now(), clock.mono()];
    const values = raw && this.#refine(raw);
    const verdict = this.#rules.look(values, now);
    const due = now + slackMs >= this.#nextReport;
    const addition: Addition = {};
    if (values && (report || due || verdict.changed)) speaker.reading(addition, ts, values);
    for (const { kind, data } of verdict.events) this.#say(addition, ts, kind, data);
    for (const { limit, level } of verdict.fired) memory.with(addition, `fired/${limit}`, level === null ? null : String(level));
    this.#add(addition);
    const interval = this.#interval_s * 1000;
    if (due) this.#nextReport += Math.ceil((now + slackMs - this.#nextReport) / interval || 1) * interval;
    this.#state = 'resting';
    const rest = Math.max(0, this.#nextReport - now);
    this.#plan(this.#again ? 0 : verdict.active ? Math.min(attentiveMs, rest) : rest, this.#again);
  }

  /** null: no answer. A driver's trouble is told when it begins and when it ends. */
  async #sample(): Promise<Values | null> {
    const { device, driver, clock, log } = this.#options;
    let cancel = () => {};
    try {
      const said = driver.sample();
      const late = () => new Promise<never>((_, fail) => (cancel = clock.after(answerWithinMs, () => fail(new Error('no answer in time')))));
      const values = said instanceof Promise ? await Promise.race([said, late()]) : said;
      if (this.#failing) log.info({ device }, 'sampler: the device answers again');
      this.#failing = false;
      return values;
    } catch (error) {
      if (!this.#failing) log.warn({ device, why: reasonOf(error) }, 'sampler: the device cannot be read');
      this.#failing = true;
      return null;
    } finally {
      cancel();
    }
  }

  /** null: nothing in it that the kind knows. */
  #refine(raw: Values): Values | null {
    const { device, kind, log } = this.#options;
    const { values, refused } = refine(kind, raw, this.#baseline);
    for (const metric of refused) {
      if (!this.#refused.has(metric)) log.warn({ device, metric }, "sampler: a value that the device's kind does not take is left out");
      this.#refused.add(metric);
    }
    return Object.keys(values).length > 0 ? values : null;
  }

  #say(to: Addition, ts: number, kind: string, data: Record<string, number | string | boolean>): void {
    this.#options.log.info({ device: this.#options.device, event: kind }, 'sampler: event');
    this.#options.speaker.event(to, { id: newUlid(ts), ts, kind, data });
  }

  #add(addition: Addition): void {
    if (Object.keys(addition).length === 0) return;
    const { device, outbox, log } = this.#options;
    outbox.add(addition).catch((error) => log.warn({ device, why: reasonOf(error) }, 'sampler: what was said last is not kept'));
  }

  #isStopped(): boolean {
    return this.#state === 'stopped';
  }
}

const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));

/** The interval that a command has set, as long as the file says what it said then. */
function commanded(text: string | null, file: number): number {
  if (text === null) return file;
  const set = JSON.parse(text) as { interval_s: number; file: number };
  return set.file === file ? set.interval_s : file;
}
