/** What of the journal waits to be stored: readings, and what must be on disk together with them. */
import type { Change } from '../../ingest/ingest.ts';
import type { StoredReading } from '../../telemetry/telemetry.ts';

/** Who brought a reading, and on which topic. */
export interface Source {
  agent: string;
  topic: string;
}

export interface Batch {
  readings: StoredReading[];
  /** Of each reading. */
  sources: Source[];
  /** Changes of the register among its rows. */
  changes: Change[];
  /** The last row it reaches, the desk's number of the last change up to there, and the receive time of the last entry. */
  row: number;
  change: number;
  rx: number;
}

export const emptyBatch = (row: number, change: number, rx: number): Batch => ({ readings: [], sources: [], changes: [], row, change, rx });
