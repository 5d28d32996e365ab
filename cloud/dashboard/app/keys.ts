import { preferences } from './preferences.svelte.ts';

/** The keys of the page (screen.md §5): active outside fields, one layer per part; the one added last is asked first. */
type Handler = (event: KeyboardEvent) => undefined | boolean;
export type Keys = Record<string, Handler>;
const layers: Keys[] = [];
/** After a takeover came up, keys meant for something else are swallowed until then. */
let swallowUntil = 0;

/** The name of a key as the tables use it: `a`, `Enter`, `J` with shift, `/`. Nothing with ctrl, alt or meta: those are the browser's. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>): string | null {
  return event.ctrlKey || event.altKey || event.metaKey ? null : event.key;
}
const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  !(target instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(target.type));

/** Adds a layer of keys; a handler that returns false lets the next layer have it. Returns how to take it away: use it in an $effect. */
export function onKeys(keys: Keys): () => void {
  layers.push(keys);
  return () => {
    const index = layers.indexOf(keys);
    if (index >= 0) layers.splice(index, 1);
  };
}
export function swallowKeys(ms: number): void {
  swallowUntil = performance.now() + ms;
}

export function startKeys(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (performance.now() >= swallowUntil) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isField(event.target)) return;
    if (!preferences.keys && event.key !== 'Escape') return;
    // A dialog or a menu has its own keys.
    if (document.querySelector('[data-takes-keys], [role="menu"], [role="dialog"][aria-modal="true"], [role="alertdialog"][data-state="open"]')) return;
    const name = keyName(event);
    if (name === null) return;
    // Enter and space belong to the button or link that has the focus.
    if ((name === 'Enter' || name === ' ') && event.target instanceof HTMLElement && event.target.closest('button, a, summary, [role="button"]')) return;
    for (const layer of layers.toReversed()) {
      const handler = layer[name];
      if (handler && handler(event) !== false) {
        event.preventDefault();
        return;
      }
    }
  });
}
