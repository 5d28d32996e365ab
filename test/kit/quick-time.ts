/** Time that runs faster for the processes of the product, by libfaketime (the system's package `faketime`): their clocks, timers and waits, all by one rate. */

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

export class QuickTime {
  readonly #rate: number;
  readonly #began = Date.now();

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** What their wall clocks show now, but for the moment that each took to start. */
  now(): number {
    return this.#began + (Date.now() - this.#began) * this.#rate;
  }

  /** The environment of a process that is started now. */
  env(): Record<string, string> {
    return { LD_PRELOAD: library, FAKETIME: `+${(this.now() - Date.now()) / 1000} x${this.#rate}` };
  }
}
