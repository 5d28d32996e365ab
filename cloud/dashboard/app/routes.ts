/**
 * How a page plugs in. A page is a Svelte component that takes `parts`, the address after its own name (`#/cases/01J…` → ['01J…']); it is listed here
 * once, loaded when it is first opened, and is shown below the top bar in an element of its own that does not scroll by itself.
 *
 * - Data: `get`, `act`, `all` of api.ts (they throw Problem; `explain(error)` of explain.ts makes words of it), shapes in shapes.ts.
 * - Live: `live.alerts`, `live.cases`, `live.openCase(id)`, `live.statusOf(id)`, `live.watch(device, …)` of live/live.svelte.ts: read them in markup or $derived.
 * - Lookups: `lists` (kinds, grids, departments, sites, installation) and `devices.peek(id)` (asks for it, undefined meanwhile) of lists.svelte.ts;
 *   their names in words: names.ts.
 * - Words: `t('key')`, `pick({zh,en})`, `word('stage', name)` of words/words.svelte.ts; keys in words/zh/<part>.ts and words/en/<part>.ts, merged in zh.ts and en.ts.
 * - Addresses: `link(['cases', id])` for hrefs, `router.go`, `router.set({…})` (query without a new history entry).
 * - Keys: `onKeys({ p: pass, r: rework })` of keys.ts inside an $effect; fields and open dialogs are left alone.
 * - Told to the person: `toasts.say(text, undo?)`, `toasts.fail(text, error)`. Times: `now.ms`, words/format.ts with `lists.zone`.
 * - Styles: tokens.css variables only; `.button .primary .input .field .chip .table .label .key .scroll` of base.css. Marks: marks/*.svelte.
 */
import type { Component } from 'svelte';
import type { Role } from './shapes.ts';

export interface Route {
  load: () => Promise<{ default: Component<{ parts: string[] }> }>;
  /** Who may open it; others are told it is not found. Undefined: everybody. */
  roles?: readonly Role[];
  /** It shows an SOS itself, beside what must stay in reach; on other pages the shell does. */
  showsSos?: boolean;
}

export const routes: Record<string, Route> = {
  devices: { load: () => import('../device/DevicePage.svelte') },
  cases: { load: () => import('../case/CasePage.svelte') },
  admin: { load: () => import('../admin/AdminPage.svelte'), roles: ['administrator', 'technician'] },
};

const centre: Route = { load: () => import('./CommandCentre.svelte'), showsSos: true };
const campus: Route = { load: () => import('../school/SchoolPage.svelte') };
/** What `/` shows to whom. */
export const home = (role: Role | undefined): Route => (role === 'school' ? campus : centre);
