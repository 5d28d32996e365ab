/** The thread of telemetry: reads the journal from its own cursor and keeps the readings in the embedded store, or in an InfluxDB. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { systemClock } from '../../devices/clock.ts';
import { sealTables } from '../../devices/database/database.ts';
import { fatal } from '../../devices/errors.ts';
import { createLog } from '../../devices/log.ts';
import { firstLook } from '../inspection/inspection.ts';
import { type FromJournal, openJournalReader, type ToJournal } from '../journal/journal.ts';
import { EmbeddedStore, InfluxStore } from '../telemetry/telemetry.ts';
import { Keeper } from './keeper/keeper.ts';
import { distantSink, embeddedSink, type Sink } from './keeper/sink.ts';
import { rpcOver } from './rpc.ts';
import type { TelemetryCalls, TelemetryData } from './threads.ts';

const { file, journalFile, logLevel, journal, influx } = workerData as TelemetryData;
const log = createLog('telemetry', logLevel);
const clock = systemClock;
const schemaVersion = 1;
/** Pages of the write-ahead log before it is moved into the file: a few full batches. */
const logPages = 4000;

function open(): Database.Database {
  firstLook(file, clock);
  const opened = new Database(file);
  // Before the first table: room that packing frees goes back to the disk.
  opened.pragma('auto_vacuum = INCREMENTAL');
  opened.pragma('journal_mode = WAL');
  opened.pragma('synchronous = FULL');
  opened.pragma(`wal_autocheckpoint = ${logPages}`);
  const version = opened.pragma('user_version', { simple: true }) as number;
  if (version > schemaVersion)
    throw fatal('newer-data', `${file} was written by a newer version of Gridwarden (schema ${version}, this one knows ${schemaVersion}); start that version.`);
  sealTables(opened, EmbeddedStore.checked);
  opened.pragma(`user_version = ${schemaVersion}`);
  return opened;
}

function sinkOf(db: Database.Database): Sink {
  if (!influx) return embeddedSink(new EmbeddedStore({ db, clock, log }));
  const store = new InfluxStore({ target: influx, log });
  return distantSink(store, `InfluxDB ${influx.version}.x at ${store.address.url}`, db);
}

const db = open();
const reader = openJournalReader(journalFile);
const keeper = new Keeper({ db, reader, sink: sinkOf(db), clock, log, durable: (row) => journal.postMessage({ durable: row } satisfies ToJournal) });
const started = keeper.start().then(() => sealTables(db, EmbeddedStore.checked));
let stopped = false;

const calls: TelemetryCalls = {
  async query(query) {
    await started;
    return keeper.query(query);
  },
  async stats() {
    await started;
    return keeper.stats();
  },
  async parked(limit, before) {
    await started;
    return keeper.parked(limit, before);
  },
  async parkedTotal() {
    await started;
    return keeper.parkedTotal();
  },
  async stop() {
    if (stopped) return;
    stopped = true;
    await started;
    await keeper.stop();
    reader.close();
    db.close();
    journal.close();
  },
};
journal.on('message', ({ lastRow }: FromJournal) => keeper.rowsUpTo(lastRow));
rpcOver<Record<string, never>, TelemetryCalls>(parentPort as NonNullable<typeof parentPort>, calls);
await started;
