import type { Clock } from '../../devices/clock.ts';

interface Timer {
  at: number;
  run: () => void;
}

/** A clock that stands still until a test moves it. `setWall` makes the wall clock jump, the monotonic one never does. */
export class TestClock implements Clock {
  #wall: number;
  #mono = 0;
  #timers = new Set<Timer>();

  constructor(wall = Date.UTC(2026, 10, 24, 8)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }
  mono(): number {
    return this.#mono;
  }
  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#mono + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  setWall(now: number): void {
    this.#wall = now;
  }

  /** Moves both clocks, and runs what falls due on the way at its own time, in order. */
  advance(ms: number): void {
    const end = this.#mono + ms;
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers.delete(next);
      this.#step(next.at);
      next.run();
    }
    this.#step(end);
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.size;
  }

  #step(mono: number): void {
    this.#wall += Math.max(0, mono - this.#mono);
    this.#mono = Math.max(this.#mono, mono);
  }
}
