import type { Case, Stage } from '../app/shapes.ts';

/** What the board shows, column by column. Pure. */

/** When the case came into the stage it is in, ms; its first act where nothing tells. */
export function inStageSince(one: Case): number {
  const entered = one.history.findLast((act) => act.to === one.stage && act.from !== act.to);
  return entered?.at ?? one.opened;
}
/** From the first word to the close, ms; null while open. */
export function tookMs(one: Case): number | null {
  const closed = one.history.findLast((act) => act.to === 'closed');
  return closed ? closed.at - one.opened : null;
}

export interface BoardFilter {
  department: string | null;
  grid: string | null;
}
const fits = (one: Case, filter: BoardFilter): boolean => (!filter.department || one.department === filter.department) && (!filter.grid || one.grid === filter.grid);

/** Open ones by how long they have stood in their stage, longest first; the closed by newest first. */
export function columns(open: readonly Case[], closedToday: readonly Case[], shown: readonly Stage[], filter: BoardFilter): { stage: Stage; cases: Case[] }[] {
  return shown.map((stage) => {
    if (stage === 'closed') return { stage, cases: closedToday.filter((one) => fits(one, filter)).sort((a, b) => inStageSince(b) - inStageSince(a)) };
    return { stage, cases: open.filter((one) => one.stage === stage && fits(one, filter)).sort((a, b) => inStageSince(a) - inStageSince(b)) };
  });
}
/** How often it was sent back: reworks and returns. */
export const cameBack = (one: Case): number => one.history.filter((act) => act.action === 'rework' || act.action === 'return').length;
