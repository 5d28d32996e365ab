import type { Component } from 'svelte';
import { may, type Right } from '../app/rights.ts';

/** The sections of the administration and the right that each asks for; one more is one line. */
const sections = [
  { name: 'devices', right: 'service-devices', load: () => import('./Devices.svelte') },
  { name: 'agents', right: 'edit-agents', load: () => import('./Agents.svelte') },
  { name: 'accounts', right: 'edit-accounts', load: () => import('./Accounts.svelte') },
  { name: 'rules', right: 'edit-rules', load: () => import('./Rules.svelte') },
  { name: 'departments', right: 'edit-places', load: () => import('./Departments.svelte') },
  { name: 'grids', right: 'edit-places', load: () => import('./Grids.svelte') },
  { name: 'sites', right: 'edit-places', load: () => import('./Sites.svelte') },
  { name: 'parked', right: 'read-parked', load: () => import('./Parked.svelte') },
  { name: 'health', right: 'read-parked', load: () => import('./PathHealth.svelte') },
] as const satisfies readonly { name: string; right: Right; load: () => Promise<{ default: Component }> }[];

export type Section = (typeof sections)[number];
export const mySections = (): readonly Section[] => sections.filter(({ right }) => may(right));
