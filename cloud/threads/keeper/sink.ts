/** A telemetry store, and the keeper's own file beside it: how both come to have the same readings. */
import type { Database } from 'better-sqlite3';
import { reasonOf, retry } from '../../../devices/errors.ts';
import type { EmbeddedStore, Rejected, Series, StoredReading, TelemetryQuery, TelemetryStore } from '../../telemetry/telemetry.ts';

export interface Sink {
  /** As `/health` shows it. */
  readonly name: string;
  start(): Promise<void>;
  /**
   * Stores the batch and runs `alongside` in a transaction of the keeper's file, when the readings are safe. Where it throws, the batch comes again
   * and nothing of `alongside` is kept.
   */
  put(batch: StoredReading[], alongside: (rejected: Rejected[]) => void): Promise<void>;
  query(query: TelemetryQuery): Promise<Series[]>;
  /** For `/health`. */
  more(): Record<string, number>;
  stop(): Promise<void>;
}

/** In the same file: one transaction for both. */
export function embeddedSink(store: EmbeddedStore): Sink {
  return {
    name: 'embedded',
    start: () => store.start(),
    put: async (batch, alongside) => void store.commit(batch, alongside),
    query: (query) => store.query(query),
    more: () => ({ hot: store.hotRows, damaged: store.damaged }),
    stop: () => store.stop(),
  };
}

/** Somewhere else: stored first, and again after a kill in between, which changes nothing. */
export function distantSink(store: TelemetryStore, name: string, db: Database): Sink {
  return {
    name,
    start: () => store.start(),
    async put(batch, alongside) {
      const rejected = batch.length > 0 ? await store.write(batch) : [];
      try {
        db.transaction(() => alongside(rejected))();
      } catch (thrown) {
        throw retry('keeper-disk', `The telemetry file cannot be written now: ${reasonOf(thrown)}`, thrown);
      }
    },
    query: (query) => store.query(query),
    more: () => ({}),
    stop: () => store.stop(),
  };
}
