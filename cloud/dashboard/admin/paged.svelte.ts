import { get, type List } from '../app/api.ts';

/** A list of the cloud, page by page: the cursors of the pages before are remembered, so one can go back. */
export class Paged<T> {
  items = $state.raw<T[]>([]);
  total = $state(0);
  /** Number of the first item shown, from 0. */
  from = $state(0);
  loaded = $state(false);
  failure = $state.raw<unknown>(null);
  #next = $state<string | null>(null);
  /** The cursor of each page so far; the last is the one shown. */
  #cursors = $state.raw<(string | null)[]>([null]);
  #path = '';
  #asking: AbortController | null = null;
  #waiting = false;
  readonly size: number;

  constructor(size = 50) {
    this.size = size;
  }
  get hasNext(): boolean {
    return this.#next !== null;
  }
  get hasPrevious(): boolean {
    return this.#cursors.length > 1;
  }

  /** Another list or filter: begins at its first page. The same again changes nothing. */
  show(path: string): void {
    if (path === this.#path) return;
    this.#path = path;
    this.#cursors = [null];
    void this.reload();
  }
  async forward(): Promise<void> {
    if (this.#next === null) return;
    this.#cursors = [...this.#cursors, this.#next];
    await this.reload();
  }
  async back(): Promise<void> {
    if (!this.hasPrevious) return;
    this.#cursors = this.#cursors.slice(0, -1);
    await this.reload();
  }
  /** Asks again, unless an answer is still awaited: for lists that are kept fresh by a clock. */
  async refresh(): Promise<void> {
    if (!this.#waiting) await this.reload();
  }
  /** The page shown, as it is now. */
  async reload(): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#waiting = true;
    const cursor = this.#cursors.at(-1) ?? null;
    const join = this.#path.includes('?') ? '&' : '?';
    try {
      const answer = await get<List<T>>(`${this.#path}${join}limit=${this.size}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`, asking.signal);
      this.items = answer.items;
      this.total = answer.total;
      this.#next = answer.next;
      this.from = (this.#cursors.length - 1) * this.size;
      this.failure = null;
      this.loaded = true;
    } catch (error) {
      if (!asking.signal.aborted) this.failure = error;
    } finally {
      if (this.#asking === asking) this.#waiting = false;
    }
  }
}
