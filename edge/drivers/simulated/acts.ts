/** What is done to one simulated device, and when: by its file, and by chance. */
import type { Clock } from '../../../devices/clock.ts';
import type { Memory } from '../../memory.ts';
import { chance } from './chance.ts';
import type { Act, ActName, PhysicsType } from './physics.ts';
import { dayMs, hourMs } from './sky.ts';

export interface PlannedAct {
  after_s: number;
  act: ActName;
  value?: number;
  for_s?: number;
  repeat?: boolean;
}

export interface ActsOptions {
  seed: number;
  planned: readonly PlannedAct[];
  faultsPerDay: number;
  faults: PhysicsType['faults'];
  clock: Clock;
  memory: Memory;
  begun: (act: Act) => void;
  ended: (act: Act) => void;
}

/** These happen in an instant; nothing stays. */
const instants: readonly ActName[] = ['sos', 'sos-cancel', 'test', 'duress'];
/** These end by themselves where the file names no end. */
const usual_s: Partial<Record<ActName, number>> = { tamper: 60, 'forced-open': 20, intrusion: 60 };

export class Acts {
  readonly #options: ActsOptions;
  readonly #inForce = new Map<ActName, { act: Act; cancel: () => void }>();
  readonly #cancels = new Set<() => void>();

  constructor(options: ActsOptions) {
    this.#options = options;
  }

  start(): void {
    for (const [i, planned] of this.#options.planned.entries()) this.#plan(planned, `act/${i}/${planned.act}/${planned.after_s}`);
    if (this.#options.faultsPerDay > 0 && this.#options.faults.length > 0) this.#seek(this.#options.clock.now() - hourMs);
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    for (const { cancel } of this.#inForce.values()) cancel();
  }

  acting(name: ActName): Act | null {
    return this.#inForce.get(name)?.act ?? null;
  }

  end(name: ActName): void {
    const one = this.#inForce.get(name);
    if (!one) return;
    one.cancel();
    this.#inForce.delete(name);
    this.#options.ended(one.act);
  }

  #plan(planned: PlannedAct, key: string): void {
    const { clock, memory } = this.#options;
    const before = planned.repeat ? null : memory.recall(key);
    if (before !== null) {
      // Done at an earlier start; it may still be in force.
      const act = this.#act(planned, Number(before));
      if (!instants.includes(act.act) && (act.until === null || act.until > clock.now())) this.#begin(act, false);
      return;
    }
    this.#later(planned.after_s * 1000, () => {
      const now = clock.now();
      // In one go with what the device tells of it, so that both or neither is on disk.
      if (!planned.repeat) void memory.remember(key, String(now));
      this.#begin(this.#act(planned, now), true);
    });
  }

  #act({ act, value, for_s }: Pick<PlannedAct, 'act' | 'value' | 'for_s'>, since: number): Act {
    const seconds = for_s ?? usual_s[act];
    return { act, value: value ?? null, since, until: seconds === undefined ? null : since + seconds * 1000 };
  }

  #begin(act: Act, tell: boolean): void {
    if (!instants.includes(act.act)) {
      this.#inForce.get(act.act)?.cancel();
      const cancel = act.until === null ? () => {} : this.#options.clock.after(Math.max(0, act.until - this.#options.clock.now()), () => this.end(act.act));
      this.#inForce.set(act.act, { act, cancel });
    }
    if (tell) this.#options.begun(act);
  }

  /** The next fault that begins after `after`: each hour has its chance, the same for the same seed. */
  #seek(after: number): void {
    const { seed, faultsPerDay, faults, clock } = this.#options;
    const now = clock.now();
    for (let hour = Math.floor(after / hourMs); hour * hourMs < now + dayMs; hour++) {
      if (chance(seed, 'fault', hour) >= faultsPerDay / 24) continue;
      const fault = faults[Math.floor(chance(seed, 'fault kind', hour) * faults.length)] as PhysicsType['faults'][number];
      const within = ([low, high]: readonly [number, number], purpose: string) => low + (high - low) * chance(seed, purpose, hour);
      const since = (hour + chance(seed, 'fault minute', hour)) * hourMs;
      const act = this.#act(
        { act: fault.act, for_s: Math.round(within(fault.for_s, 'fault length')), ...(fault.values ? { value: Math.round(within(fault.values, 'fault value')) } : {}) },
        since,
      );
      if (since <= after || (act.until !== null && act.until <= now)) continue;
      this.#later(since - now, () => {
        if (!this.acting(act.act)) this.#begin(act, true);
        this.#seek(since);
      });
      return;
    }
    this.#later(dayMs / 2, () => this.#seek(Math.max(after, now)));
  }

  #later(ms: number, run: () => void): void {
    const cancel = this.#options.clock.after(Math.max(0, ms), () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
  }
}
