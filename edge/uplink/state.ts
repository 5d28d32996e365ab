/** When the agent's retained state is said again: at once on a connection, soon when readings were dropped, now and then while a backlog drains. */
import type { Clock } from '../../devices/clock.ts';
import type { OutboxStats } from '../outbox/outbox.ts';

/** `dropped` may grow with every commit; the cloud hears of it once a second. */
const droppedEveryMs = 1000;
const backlogEveryMs = 10_000;
/** Fewer waiting are readings on their way, not a backlog, where the last word was zero. */
const backlogFrom = 200;

export class StateNotice {
  readonly #clock: Clock;
  readonly #stats: () => OutboxStats;
  readonly #publish: (stats: OutboxStats) => void;
  #said: OutboxStats | null = null;
  #saidAt = 0;
  #due = Number.POSITIVE_INFINITY;
  #cancel = () => {};

  constructor(clock: Clock, stats: () => OutboxStats, publish: (stats: OutboxStats) => void) {
    this.#clock = clock;
    this.#stats = stats;
    this.#publish = publish;
  }

  /** The connection is made. */
  begin(): void {
    this.#say();
  }

  /** The outbox's counts may have changed. */
  changed(): void {
    if (!this.#said) return;
    const { waiting, dropped } = this.#stats();
    if (dropped !== this.#said.dropped) this.#plan(this.#saidAt + droppedEveryMs);
    else if (this.#said.waiting > 0 || waiting >= backlogFrom) this.#plan(this.#saidAt + backlogEveryMs);
  }

  /** The connection is over. */
  end(): void {
    this.#cancel();
    this.#said = null;
    this.#due = Number.POSITIVE_INFINITY;
  }

  #plan(due: number): void {
    if (due >= this.#due) return;
    this.#due = due;
    this.#cancel();
    this.#cancel = this.#clock.after(Math.max(0, due - this.#clock.mono()), () => this.#say());
  }

  #say(): void {
    this.#cancel();
    this.#due = Number.POSITIVE_INFINITY;
    this.#said = this.#stats();
    this.#saidAt = this.#clock.mono();
    this.#publish(this.#said);
    if (this.#said.waiting > 0) this.#plan(this.#saidAt + backlogEveryMs);
  }
}
