/** The threads that a reading passes through, started in the order of the path and wired to one another; app.ts puts the desk before and behind them. */
import { join } from 'node:path';
import type { Logger } from '../devices/log.ts';
import type { Ending } from './ending.ts';
import { dialects } from './ingest/ingest.ts';
import type { Settings } from './settings.ts';
import { channel, startThread, type Thread, type ThreadOptions } from './threads/start.ts';
import type { BrokerCalls, BrokerData, BrokerTells, JournalCalls, JournalData, RulesCalls, RulesData, RulesTells, TelemetryCalls, TelemetryData } from './threads/threads.ts';

export interface Path {
  journal: Thread<JournalCalls>['calls'];
  rules: Thread<RulesCalls>['calls'];
  telemetry: Thread<TelemetryCalls>['calls'];
  broker: Thread<BrokerCalls>['calls'];
}

export interface PathOptions {
  settings: Settings;
  log: Logger;
  here: URL;
  ending: Ending;
  onDeath(reason: Error): void;
  brokerTells: BrokerTells;
  rulesTells: RulesTells;
}

/** Each thread has this long to stop in order, ms. */
const stopMs = 2200;
/** Young generation of the threads that make most garbage, MB: half of V8's own choice. With the demo and 2,000 msg/s it took 51 MB, where 64 and V8's choice took 168. */
const youngMb = 24;

/** Starts the threads. The broker does not listen yet: the desk says when. */
export async function startPath({ settings, log, here, ending, onDeath, brokerTells, rulesTells }: PathOptions): Promise<Path> {
  const folder = settings.GW_DATA_DIR;
  const logLevel = settings.GW_LOG_LEVEL;
  const journalFile = join(folder, 'journal.db');
  const [toRules, rulesEnd] = channel();
  const [toTelemetry, telemetryEnd] = channel();
  const [toBroker, brokerEnd] = channel();

  const start = <Calls extends { stop(): Promise<void> }, Tells extends object>(
    name: string,
    options: Pick<ThreadOptions, 'data' | 'transfer' | 'youngMb'>,
    tells: Tells,
  ): Thread<Calls>['calls'] => {
    const thread = startThread<Calls, Tells>({ name, here, log, onDeath, ...options }, tells);
    ending.add(`${name} thread`, () => thread.stop(stopMs));
    return thread.calls;
  };

  const journalData: JournalData = {
    file: journalFile,
    maxBytes: settings.GW_JOURNAL_MAX_MB * 1024 * 1024,
    logLevel,
    consumers: { rules: toRules, telemetry: toTelemetry },
    broker: toBroker,
  };
  const journal = start<JournalCalls, object>('journal', { data: journalData, transfer: [toRules, toTelemetry, toBroker] }, {});
  // Its file must be there before anybody reads it.
  await journal.stats();
  const rulesData: RulesData = { file: join(folder, 'rules.db'), journalFile, logLevel, journal: rulesEnd };
  const rules = start<RulesCalls, RulesTells>('rules', { data: rulesData, transfer: [rulesEnd], youngMb }, rulesTells);
  const telemetryData: TelemetryData = { file: join(folder, 'telemetry.db'), journalFile, logLevel, journal: telemetryEnd, influx: influxOf(settings) };
  const telemetry = start<TelemetryCalls, object>('telemetry', { data: telemetryData, transfer: [telemetryEnd], youngMb }, {});
  const brokerData: BrokerData = {
    host: settings.GW_HOST,
    port: settings.GW_MQTT_PORT,
    logLevel,
    maxPacketBytes: settings.GW_MQTT_MAX_PACKET_KB * 1024,
    dialects: dialects.map(({ topic, downlink }) => ({ topic, downlink })),
    journal: brokerEnd,
  };
  const broker = start<BrokerCalls, BrokerTells>('broker', { data: brokerData, transfer: [brokerEnd], youngMb }, brokerTells);
  // Its file, too, is read by others.
  await rules.stats();
  return { journal, rules, telemetry, broker };
}

function influxOf(settings: Settings): TelemetryData['influx'] {
  const { GW_INFLUX_URL: url, GW_INFLUX_DATABASE: database, GW_INFLUX_ORG: org, GW_INFLUX_BUCKET: bucket, GW_INFLUX_TOKEN: token } = settings;
  if (url === null) return null;
  if (database !== null) return { version: 1, url, database };
  return { version: 2, url, org: org as string, bucket: bucket as string, token: token as string };
}
