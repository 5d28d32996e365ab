import type { Generated } from 'kysely';

/** What has been decided and must reach the journal. `id` grows and is never used again. */
export interface OutboxTable {
  id: Generated<number>;
  /** JSON of a `Change`. */
  change: string;
}
