/** The views of the command centre: each filters the same page (screen.md §4). Pure. */
import type { Stage } from './shapes.ts';

export const views = ['watch', 'command', 'assign', 'feedback'] as const;
export type View = (typeof views)[number];

export const viewOf = (query: Record<string, string>): View => views.find((view) => view === query.view) ?? 'watch';

/** Stages on the board: all; those waiting to be sent out; those being done and checked. */
export const boardStages: Record<View, readonly Stage[]> = {
  watch: ['reported', 'registered', 'dispatched', 'handling', 'feedback', 'checking', 'closed'],
  command: ['reported', 'registered', 'dispatched', 'handling', 'feedback', 'checking', 'closed'],
  assign: ['reported', 'registered', 'dispatched'],
  feedback: ['handling', 'feedback', 'checking', 'closed'],
};
/** `command` looks at nothing but what nobody has acknowledged. */
export const onlyUnacknowledged = (view: View): boolean => view === 'command';
