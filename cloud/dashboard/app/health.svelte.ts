import type { StageCounts as StageHealth } from '../../threads/threads.ts';
import { get, Problem } from './api.ts';

export type { StageHealth };
export interface Health {
  status: string;
  stages: Record<string, StageHealth>;
  hops: Record<string, { count: number; p50: number | null; p99: number | null }>;
}

/** The path stage by stage, asked every ten seconds: for the health page, and for the note that past readings are coming in. */
class HealthWatch {
  current = $state.raw<Health | null>(null);
  at = $state(0);
  #timer: ReturnType<typeof setTimeout> | null = null;

  start(): () => void {
    const ask = async () => {
      try {
        this.current = await get<Health>('/health');
        this.at = Date.now();
      } catch (error) {
        // The live indicator tells of a lost cloud; the age of this table goes on counting.
        if (!(error instanceof Problem)) throw error;
      } finally {
        this.#timer = setTimeout(ask, 10_000);
      }
    };
    void ask();
    return () => {
      if (this.#timer) clearTimeout(this.#timer);
    };
  }
  get historyPerSecond(): number {
    const rate = this.current?.stages.ingest?.more?.historyPerSecond;
    return typeof rate === 'number' ? rate : 0;
  }
}
export const health = new HealthWatch();
