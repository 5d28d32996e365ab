import type { Case, Stage } from '../app/shapes.ts';
import { inStageSince } from '../board/columns.ts';

/** The queue beside an opened case. Pure. */
export interface QueueFilter {
  /** A stage, or `open` for all that are neither closed nor void. */
  stage: Stage | 'open';
  department: string | null;
  grid: string | null;
}
export const openStages = ['reported', 'registered', 'dispatched', 'handling', 'feedback', 'checking'] as const satisfies readonly Stage[];
export const endStages = ['closed', 'void'] as const satisfies readonly Stage[];
export const isEnd = (stage: string): boolean => (endStages as readonly string[]).includes(stage);

export const filterOf = (query: Record<string, string>): QueueFilter => ({
  stage: ([...openStages, ...endStages] as string[]).includes(query.stage ?? '') ? (query.stage as Stage) : 'open',
  department: query.department || null,
  grid: query.grid || null,
});
export const fits = (one: Case, filter: QueueFilter): boolean =>
  (filter.stage === 'open' ? !isEnd(one.stage) : one.stage === filter.stage) &&
  (!filter.department || one.department === filter.department) &&
  (!filter.grid || one.grid === filter.grid);

/** Open ones: what has stood longest in its stage first. Ended ones: the newest end first. */
export function ordered(cases: readonly Case[], filter: QueueFilter): Case[] {
  const fitting = cases.filter((one) => fits(one, filter));
  return isEnd(filter.stage) ? fitting.sort((a, b) => inStageSince(b) - inStageSince(a)) : fitting.sort((a, b) => inStageSince(a) - inStageSince(b) || (a.id < b.id ? -1 : 1));
}
/** The list never moves under the hand: the opened case keeps its place after an act, until another is opened. */
export function settled(wanted: readonly Case[], before: readonly string[], opened: Case | null): Case[] {
  if (!opened) return [...wanted];
  const place = before.indexOf(opened.id);
  const rest = wanted.filter((one) => one.id !== opened.id);
  const now = wanted.findIndex((one) => one.id === opened.id);
  if (place < 0) return now < 0 ? [opened, ...rest] : [...wanted];
  rest.splice(Math.min(place, rest.length), 0, opened);
  return rest;
}
/** The neighbour in the list, for j and k; null at its ends. */
export function neighbour(ids: readonly string[], opened: string | null, by: 1 | -1): string | null {
  if (opened === null) return ids[0] ?? null;
  const at = ids.indexOf(opened);
  return at < 0 ? (ids[0] ?? null) : (ids[at + by] ?? null);
}
