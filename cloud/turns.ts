/** Work that is done a little at a time: who asks for much waits for it alone, for those who ask take turns. */
export class Turns {
  /** What is asked for by whom; whose turn is next comes first. */
  readonly #asked = new Map<string, (() => Promise<unknown>)[]>();
  #running = 0;

  constructor(private readonly atOnce: number) {}

  take<T>(who: string, run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const mine = this.#asked.get(who) ?? [];
      mine.push(() => Promise.resolve().then(run).then(resolve, reject));
      this.#asked.set(who, mine);
      this.#next();
    });
  }

  #next(): void {
    const [first] = this.#asked;
    if (!first || this.#running >= this.atOnce) return;
    const [who, mine] = first;
    const run = mine.shift() as () => Promise<unknown>;
    this.#asked.delete(who);
    if (mine.length > 0) this.#asked.set(who, mine);
    this.#running++;
    void run().finally(() => {
      this.#running--;
      this.#next();
    });
  }
}
