import type { Clock } from '../devices/clock.ts';
import { reasonOf } from '../devices/errors.ts';
import type { Logger } from '../devices/log.ts';
import type { Outgoing } from './threads/threads.ts';

export interface FollowingDeps {
  clock: Clock;
  log: Logger;
  /** By type: takes rows in order, resolves when what follows is on disk. The same rows may come again. */
  takers: { [T in Outgoing['type']]: (rows: Extract<Outgoing, { type: T }>[]) => Promise<void> };
  /** Tells the rules that these need not be told again. */
  done(seqs: number[]): Promise<void>;
}

const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** Rows taken in one act: a storm of alerts is some hundred cases in one transaction, not one each. */
const atOnce = 500;

/** What must follow in the desk from commits of the rules: in order, again and again until it is done. */
export class Following {
  readonly #deps: FollowingDeps;
  #waiting: Outgoing[] = [];
  #busy = false;
  #stopped = false;
  #pauseMs = firstPauseMs;
  #done = 0;
  #trouble: string | null = null;
  #cancel: () => void = () => {};

  constructor(deps: FollowingDeps) {
    this.#deps = deps;
  }

  take(rows: readonly Outgoing[]): void {
    this.#waiting.push(...rows);
    this.#wake();
  }

  /** `trouble`: why what waits could not be done last; null when nothing is wrong. */
  stats(): { done: number; waiting: number; trouble: string | null } {
    return { done: this.#done, waiting: this.#waiting.length, trouble: this.#trouble };
  }

  /** What is not done is told again at the next start. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #wake(): void {
    if (!this.#busy && !this.#stopped) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting.length > 0 && !this.#stopped) {
        const type = (this.#waiting[0] as Outgoing).type;
        const end = this.#waiting.findIndex((row) => row.type !== type);
        const rows = this.#waiting.slice(0, Math.min(end < 0 ? this.#waiting.length : end, atOnce));
        await (this.#deps.takers[type] as (rows: Outgoing[]) => Promise<void>)(rows);
        await this.#deps.done(rows.map(({ seq }) => seq));
        this.#waiting.splice(0, rows.length);
        this.#done += rows.length;
        this.#trouble = null;
        this.#pauseMs = firstPauseMs;
      }
    } catch (thrown) {
      this.#trouble = reasonOf(thrown);
      this.#deps.log.warn({ reason: this.#trouble, pauseMs: this.#pauseMs }, 'what the rules ask for cannot be done now; trying again');
      this.#cancel = this.#deps.clock.after(this.#pauseMs, () => this.#wake());
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    } finally {
      this.#busy = false;
    }
  }
}
