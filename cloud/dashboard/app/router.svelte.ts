import { type Address, parseAddress, writeAddress } from './address.ts';

/** Where the person is. The address holds the page, the selection and the filters, so a reload or a link brings all back. */
class Router {
  #address = $state.raw<Address>(parseAddress(location.hash));

  constructor() {
    window.addEventListener('hashchange', () => {
      this.#address = parseAddress(location.hash);
    });
  }
  get parts(): string[] {
    return this.#address.parts;
  }
  get query(): Record<string, string> {
    return this.#address.query;
  }
  /** To another page; the browser's back button returns. */
  go(parts: readonly string[], query: Record<string, string | null | undefined> = {}): void {
    const hash = writeAddress(parts, query);
    if (hash === location.hash) return;
    location.hash = hash;
    this.#address = parseAddress(hash);
  }
  /** As `go`, in the place of this entry of the history: moving through a list leaves no trail. */
  swap(parts: readonly string[], query: Record<string, string | null | undefined> = {}): void {
    const hash = writeAddress(parts, query);
    if (hash === location.hash) return;
    history.replaceState(history.state, '', hash);
    this.#address = parseAddress(hash);
  }
  /** Changes the query of this page (a selection, a filter) without a new entry in the history. */
  set(change: Record<string, string | null | undefined>): void {
    const hash = writeAddress(this.parts, { ...this.query, ...change });
    if (hash === location.hash) return;
    history.replaceState(history.state, '', hash);
    this.#address = parseAddress(hash);
  }
}
export const router = new Router();
/** For links: `<a href={link(['cases', id])}>`. */
export const link = writeAddress;
