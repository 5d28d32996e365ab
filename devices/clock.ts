/** Where time comes from. Nothing below `main.ts` reads a clock of its own, so that a test can move it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. May jump. */
  now(): number;
  /** Monotonic clock, milliseconds since an arbitrary start. Never jumps, never goes back. */
  mono(): number;
  /** Calls `run` once, `ms` milliseconds of monotonic time from now. Returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Calls `run` again and again, `ms` after the last call has ended; a call never overlaps the next. Returns what stops it. */
export function every(clock: Clock, ms: number, run: () => void | Promise<void>): () => void {
  let stopped = false;
  let cancel = () => {};
  const arm = () => {
    cancel = clock.after(ms, async () => {
      try {
        await run();
      } finally {
        if (!stopped) arm();
      }
    });
  };
  arm();
  return () => {
    stopped = true;
    cancel();
  };
}
