/** How finely the map is drawn: where frames take too long while it moves, more coarsely, and sharp again when it stands. */

/** Frames that take longer than this are seen as jerks, ms. */
const slowMs = 40;
/** So many slow frames in a row, and it is not a single hiccup. */
const inRow = 3;
/** Coarser than this names and marks cannot be followed. */
const coarsest = 0.5;

export class Sharpness {
  readonly #full: number;
  readonly #set: (ratio: number) => void;
  #ratio: number;
  #last: number | null = null;
  #slow = 0;
  /** What was coarse enough the last time: the next movement begins with it. */
  #enough: number;

  /** `full`: the screen's own pixels to one of CSS. */
  constructor(full: number, set: (ratio: number) => void) {
    this.#full = full;
    this.#ratio = full;
    this.#enough = full;
    this.#set = set;
  }

  /** A movement begins. */
  moves(): void {
    this.#last = null;
    this.#slow = 0;
    this.#to(this.#enough);
  }

  /** One more frame of it was drawn, at `now` ms. */
  frame(now: number): void {
    const took = this.#last === null ? 0 : now - this.#last;
    this.#last = now;
    this.#slow = took > slowMs ? this.#slow + 1 : 0;
    if (this.#slow < inRow || this.#ratio <= coarsest) return;
    this.#slow = 0;
    // The change itself costs a frame.
    this.#last = null;
    this.#enough = Math.max(coarsest, this.#ratio / 2);
    this.#to(this.#enough);
  }

  /** It stands. */
  stands(): void {
    this.#to(this.#full);
  }

  #to(ratio: number): void {
    if (ratio === this.#ratio) return;
    this.#ratio = ratio;
    this.#set(ratio);
  }
}
