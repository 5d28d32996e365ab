import type { StageHealth } from '../app/health.svelte.ts';

/** At every stage in = accepted + rejected + repeats + parked + waiting; what is left over when it is not. Pure. */
export const difference = (stage: Pick<StageHealth, 'in' | 'accepted' | 'rejected' | 'repeats' | 'parked' | 'waiting'>): number =>
  stage.in - (stage.accepted + stage.rejected + stage.repeats + stage.parked + stage.waiting);
