import { type Case, type Stage, stages } from '../app/shapes.ts';

/** The seven stages of a case with when each was entered and left. Pure. */
export interface TrackStep {
  stage: (typeof stages)[number];
  state: 'done' | 'current' | 'ahead';
  /** Entered for the last time, ms; null: not yet. */
  at: number | null;
  /** Left after that; null: still there, or never. */
  left: number | null;
  by: string | null;
  /** How often it was entered. */
  times: number;
}

const place = (stage: Stage): number => stages.indexOf(stage as (typeof stages)[number]);

export function track(one: Pick<Case, 'stage' | 'history'>): TrackStep[] {
  const moves = one.history.filter((act) => act.to !== null && act.to !== act.from);
  // A void case stands where it was when it was voided.
  const here = one.stage === 'void' ? place(moves.findLast((act) => act.to === 'void')?.from ?? 'reported') : place(one.stage);
  return stages.map((stage, i) => {
    const entered = moves.filter((act) => act.to === stage);
    const last = entered.at(-1);
    const reached = i <= here;
    const left = last ? moves.find((act) => act.from === stage && act.at >= last.at && act !== last) : undefined;
    return {
      stage,
      state: i < here || (i === here && one.stage === 'closed') ? 'done' : i === here ? 'current' : 'ahead',
      at: reached ? (last?.at ?? (i === 0 ? (one.history[0]?.at ?? null) : null)) : null,
      left: reached ? (left?.at ?? null) : null,
      by: reached ? (last?.by ?? (i === 0 ? (one.history[0]?.by ?? null) : null)) : null,
      times: entered.length,
    };
  });
}
