/** The thread of ingest, rules and alerts: reads the journal from its own cursor, judges, commits, and tells the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { systemClock } from '../../devices/clock.ts';
import { sealTables } from '../../devices/database/database.ts';
import { fatal, GwError, reasonOf, retry } from '../../devices/errors.ts';
import { createLog } from '../../devices/log.ts';
import { Hop } from '../hops.ts';
import { firstLook } from '../inspection/inspection.ts';
import { type FromJournal, openJournalReader, type ToJournal } from '../journal/journal.ts';
import { Judge } from './judge/judge.ts';
import { rpcOver } from './rpc.ts';
import type { RulesCalls, RulesData, RulesTells } from './threads.ts';

const { file, journalFile, logLevel, journal } = workerData as RulesData;
const log = createLog('rules', logLevel);
const schemaVersion = 1;
/** Bytes of the journal read at once; also the most that is judged between two looks at what others ask. */
const readBytes = 1_000_000;
/** Without anything urgent the cursor is written this often, ms. */
const commitEvery = 1000;

firstLook(file, systemClock);
const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
const version = db.pragma('user_version', { simple: true }) as number;
if (version > schemaVersion)
  throw fatal('newer-data', `${file} was written by a newer version of Gridwarden (schema ${version}, this one knows ${schemaVersion}); start that version.`);
sealTables(db);
db.pragma(`user_version = ${schemaVersion}`);
let judge = new Judge(db);
judge.load();
sealTables(db);
const reader = openJournalReader(journalFile);

let lastRow = judge.cursor;
let committedRow = judge.cursor;
let committedAt = 0;
let looking = false;
let stopped = false;
let watched: string[] = [];
/** Why its disk refused last; null when nothing is wrong. */
let refused: string | null = null;
/** From the gate to the verdict, and to the alert on disk. */
const rulesHop = new Hop(systemClock);
const alertHop = new Hop(systemClock);
/** Before a disk that refused is tried again, ms. */
const againMs = 1000;

const main = rpcOver<RulesTells, RulesCalls>(
  parentPort as NonNullable<typeof parentPort>,
  {
    latest: (devices) => judge.latest(devices),
    watch(devices) {
      watched = devices;
      judge.watch(devices);
    },
    async act(act) {
      const result = judge.act(act);
      commit();
      return result;
    },
    done: (seqs) => judge.done(seqs),
    undone: () => judge.undone(),
    agents: () => judge.agents(),
    // What is counted as parked is listed, too: the counts run ahead of the commit.
    parked(limit, before) {
      if (judge.cursor !== committedRow) commit();
      return judge.parked(limit, before);
    },
    parkedTotal: () => judge.parkedTotal(),
    statuses: () => judge.statuses(),
    stats() {
      const stats = judge.stats();
      const behind = lastRow - judge.cursor;
      for (const stage of [stats.ingest, stats.rules, stats.alerts]) stage.lagMs = behind > 0 ? Math.max(0, Date.now() - judge.rx) : 0;
      return { ...stats, hops: { ...stats.hops, rules: rulesHop.summary, alert: alertHop.summary }, error: refused };
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      // What lies behind the cursor is judged at the next start, so a disk that refuses loses nothing.
      try {
        commit();
      } catch (thrown) {
        log.warn({ reason: reasonOf(thrown) }, 'the last rows are judged again at the next start');
      }
      reader.close();
      db.close();
      journal.close();
    },
  },
  ['alerts', 'statuses', 'readings', 'outgoing'],
);

/** Throws a retry error where the disk refuses: then the judge stands again at its last commit, and will judge the same rows once more. */
function commit(): void {
  let committed: ReturnType<Judge['commit']>;
  try {
    committed = judge.commit();
  } catch (thrown) {
    if (!/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(String((thrown as { code?: unknown }).code))) throw thrown;
    if (refused === null) log.error({ err: thrown }, 'the disk refuses what was judged; it is judged again until it is taken');
    refused = reasonOf(thrown);
    judge = new Judge(db);
    judge.load();
    judge.watch(watched);
    throw retry('rules-disk', 'The disk refuses to write now; nothing was changed.', thrown);
  }
  if (refused !== null) log.info('the disk takes what was judged again');
  refused = null;
  const { alerts, statuses, outgoing } = committed;
  const now = systemClock.now();
  committedAt = performance.now();
  if (judge.cursor !== committedRow) {
    committedRow = judge.cursor;
    journal.postMessage({ durable: committedRow } satisfies ToJournal);
  }
  // Alerts first: a case that follows from one must find it.
  for (const { rx } of committed.raised) alertHop.record(now - rx);
  if (alerts.length > 0)
    main.alerts(
      alerts,
      committed.raised.map(({ measured }) => ({ committed: now, measured })),
    );
  if (statuses.length > 0) main.statuses(statuses);
  if (outgoing.length > 0) main.outgoing(outgoing);
}

/** Judges up to `readBytes` of what lies behind the cursor. false: there was nothing. */
function readOn(): boolean {
  const rows = reader.read(judge.cursor, readBytes);
  for (const row of rows) {
    judge.row(row);
    const messages = row.entries.reduce((n, { type }) => (type === 'publish' ? n + 1 : n), 0);
    if (messages > 0) rulesHop.record(systemClock.now() - judge.rx, messages);
  }
  const readings = judge.takeReadings();
  if (readings.length > 0) main.readings(readings);
  if (judge.urgent || performance.now() - committedAt >= commitEvery) commit();
  return rows.length > 0;
}

function look(): void {
  if (stopped || looking) return;
  looking = true;
  try {
    if (readOn() && judge.cursor < lastRow) setImmediate(look);
  } catch (thrown) {
    if (thrown instanceof GwError && thrown.next === 'retry') {
      setTimeout(look, againMs);
      return;
    }
    // A row is damaged beyond reading, or a fault of ours: nothing is told, the cursor stands; the main thread ends the cloud.
    log.fatal({ err: thrown }, reasonOf(thrown));
    throw thrown;
  } finally {
    looking = false;
  }
}

journal.on('message', (message: FromJournal) => {
  lastRow = message.lastRow;
  look();
});
journal.postMessage({ durable: committedRow, jt: judge.jt } satisfies ToJournal);
look();
