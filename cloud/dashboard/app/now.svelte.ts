/** The screen's clock: `now.ms` moves once a second, for everything that shows an age. One timer for the whole page. */
class Now {
  #ms = $state(Date.now());
  constructor() {
    const tick = () => {
      this.#ms = Date.now();
      setTimeout(tick, 1000 - (this.#ms % 1000));
    };
    setTimeout(tick, 1000 - (Date.now() % 1000));
  }
  get ms(): number {
    return this.#ms;
  }
}
export const now = new Now();
