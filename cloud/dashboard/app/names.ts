import { pick, t, word } from '../words/words.svelte.ts';
import { lists } from './lists.svelte.ts';
import type { Case, Device } from './shapes.ts';

/** Ids as people call them. Reading these in markup follows language and lists. An id nobody named is shown as it is. */
export const kindName = (kind: string): string => pick(lists.kinds.get(kind)?.label) || kind;
export const gridName = (grid: string | null | undefined): string => (grid ? lists.grids.get(grid)?.name || grid : '');
/** With the word before it, where the name does not say it already. */
export const gridLabel = (grid: string | null | undefined): string => {
  const name = gridName(grid);
  return name === '' || name.includes(t('thing.grid')) ? name : `${t('thing.grid')} ${name}`;
};
export const workerOf = (grid: string | null | undefined): string => (grid ? (lists.grids.get(grid)?.worker ?? '') : '');
export const departmentName = (department: string | null | undefined): string => (department ? pick(lists.departments.get(department)?.name) || department : '');
export const siteName = (site: string | null | undefined): string => (site ? pick(lists.sites.get(site)?.name) || site : '');
export const deviceName = (device: Device): string => device.name || device.id;
export const caseTitle = (one: Case): string => pick(one.message ?? one.text) || one.number;
export const byName = (by: string): string => (by === 'system' ? t('by.system') : by);
/** The stage as a step of the work (a column, a node of the track). */
export const stepName = (stage: string): string => word('step', stage);
export const stageName = (stage: string): string => word('stage', stage);
/** The code that stands for the device in the city's register, or its id. */
export const codeOf = (device: Device): string => device.codes.find((code) => code.scheme === 'gbt30428.2')?.value ?? device.codes[0]?.value ?? device.id;
