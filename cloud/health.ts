/** The path stage by stage, in numbers: what `/health` and `/metrics` show. */
import Type, { type Static } from 'typebox';
import { type Hops, hopNames } from './hops.ts';
import type { Path } from './path.ts';
import type { StageCounts } from './threads/threads.ts';

const Count = Type.Integer();
export const Stage = Type.Object({
  in: Count,
  accepted: Count,
  rejected: Count,
  repeats: Count,
  parked: Count,
  waiting: Count,
  lagMs: Type.Union([Type.Number({ description: 'how far behind, ms' }), Type.Null()]),
  more: Type.Optional(Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Null()]))),
});
const ms = Type.Union([Type.Number(), Type.Null()]);
export const HopTimes = Type.Object({ count: Count, p50: ms, p99: ms });
export const Health = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded'), Type.Literal('starting')]),
  /** What is wrong, in words; empty when nothing is. */
  problems: Type.Array(Type.String()),
  stages: Type.Record(Type.String(), Stage),
  hops: Type.Record(Type.String(), HopTimes, { description: 'how long each hop of the path took in the last five minutes; /metrics has the histograms' }),
});
export type Health = Static<typeof Health>;

/** A stage that is further behind has trouble, ms. */
const lateMs = 5000;

const noTimes = { count: 0, p50: null, p99: null };

/** What the main thread counts itself: what alerts and replies ask of the desk, and what pages are sent. */
export interface MainCounts {
  following: { done: number; waiting: number; trouble: string | null };
  live: { deltas: number } & Record<string, number>;
  liveHops: Hops;
  /** What of the data folder is not what was written, in sentences. */
  damage: string[];
}

/** Asks every stage, and what its hops took. A stage that has trouble is named in `problems`; the others go on. */
export async function readHealth(path: Path, { following, live, liveHops, damage }: MainCounts): Promise<{ health: Health; hops: Hops }> {
  const [gate, journal, rules, telemetry] = await Promise.all([path.broker.stats(), path.journal.stats(), path.rules.stats(), path.telemetry.stats()]);
  const { connections, telemetry: flow, online: _online, hops: gateHops, ...gateCounts } = gate;
  const { position, store, error, hops: telemetryHops, ...telemetryCounts } = telemetry;
  const hops: Hops = { ...rules.hops, ...gateHops, ...telemetryHops, ...liveHops };
  const journalCounts: StageCounts = {
    in: journal.in,
    accepted: journal.accepted,
    rejected: journal.rejected,
    repeats: 0,
    parked: 0,
    waiting: journal.waiting,
    lagMs: null,
    more: {
      bytes: journal.bytes,
      maxBytes: journal.maxBytes,
      firstRow: journal.firstRow,
      lastRow: journal.lastRow,
      commitMs: journal.commitMs,
      rulesBehind: journal.lastRow - rules.position,
      telemetryBehind: journal.lastRow - position,
    },
  };
  const none = { rejected: 0, repeats: 0, parked: 0, waiting: 0, lagMs: null };
  const { deltas, ...ofLive } = live;
  const problems = [...damage];
  const [lostRows, lostPieces] = [Number(rules.ingest.more?.damagedRows ?? 0), Number(telemetry.more?.damaged ?? 0)];
  if (lostRows > 0) problems.push(`The journal was damaged on the disk in ${lostRows} places, which the log names: what came in there is lost.`);
  if (lostPieces > 0) problems.push(`Kept telemetry is damaged on the disk in ${lostPieces} places, which the log names: those readings are not shown.`);
  if (journal.damage !== null) problems.push(journal.damage);
  if (journal.error !== null) problems.push(`The journal's disk refuses: ${journal.error}`);
  if (!flow) problems.push('Telemetry is held: the journal is full up to the part kept for events.');
  if (error !== null) problems.push(`Telemetry is kept and waits: ${error}`);
  else if ((telemetry.lagMs ?? 0) > lateMs) problems.push(`Telemetry is kept and waits: the oldest for ${Math.round((telemetry.lagMs ?? 0) / 1000)} s`);
  if ((rules.ingest.lagMs ?? 0) > lateMs) problems.push(`Rules are ${Math.round((rules.ingest.lagMs ?? 0) / 1000)} s behind what has come in.`);
  if (rules.error !== null) problems.push(`Rules wait: ${rules.error}`);
  if (following.trouble !== null) problems.push(`Cases and replies wait: ${following.trouble}`);
  const health: Health = {
    status: problems.length === 0 ? 'ok' : 'degraded',
    problems,
    stages: {
      gate: { ...gateCounts, more: { ...gateCounts.more, connections } },
      journal: journalCounts,
      ingest: rules.ingest,
      rules: rules.rules,
      alerts: rules.alerts,
      telemetry: { ...telemetryCounts, more: { ...telemetryCounts.more, store, behind: journal.lastRow - position } },
      cases: { ...none, in: following.done + following.waiting, accepted: following.done, waiting: following.waiting },
      live: { ...none, in: deltas, accepted: deltas, more: ofLive },
    },
    hops: Object.fromEntries(hopNames.map((name) => [name, hops[name]?.recent ?? noTimes])),
  };
  return { health, hops };
}
