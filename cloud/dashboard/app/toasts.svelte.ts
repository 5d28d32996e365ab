import { Problem } from './api.ts';

/** Toasts: bottom left, 6 s, errors until closed; never for an alert (screen.md 5.10). */
export interface Toast {
  id: number;
  text: string;
  bad: boolean;
  request: string | null;
  undo: (() => void) | null;
}
class Toasts {
  items = $state<Toast[]>([]);
  #next = 1;

  say(text: string, undo: (() => void) | null = null): void {
    this.#put({ id: this.#next++, text, bad: false, request: null, undo }, 6000);
  }
  /** What failed, in the person's words; `text` says what was being done. */
  fail(text: string, error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const request = error instanceof Problem ? error.request : null;
    if (!(error instanceof Problem)) console.error(error);
    this.#put({ id: this.#next++, text, bad: true, request, undo: null }, null);
  }
  close(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }
  /** The newest undo that is still offered. */
  undo(): void {
    const toast = this.items.findLast((item) => item.undo !== null);
    toast?.undo?.();
    if (toast) this.close(toast.id);
  }
  #put(toast: Toast, ms: number | null): void {
    this.items = [...this.items.slice(-4), toast];
    if (ms !== null) setTimeout(() => this.close(toast.id), ms);
  }
}
export const toasts = new Toasts();
