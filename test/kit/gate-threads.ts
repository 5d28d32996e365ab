/** The broker's and the journal's real threads, from dist/, as the cloud starts them; the test is their main thread and their one consumer. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { BirpcReturn } from 'birpc';
import { type Entry, type FromJournal, type JournalReader, openJournalReader, type ToJournal } from '../../cloud/journal/journal.ts';
import { rpcOver } from '../../cloud/threads/rpc.ts';
import type { BrokerCalls, BrokerData, BrokerTells, Credential, JournalCalls, JournalData } from '../../cloud/threads/threads.ts';

export const tokenHash = (token: string) => createHash('sha256').update(token).digest('hex');

export interface GateThreads {
  port: number;
  dir: string;
  broker: BirpcReturn<BrokerCalls, BrokerTells>;
  journal: BirpcReturn<JournalCalls, Record<string, never>>;
  reader: JournalReader;
  /** What the broker told, as `connected gw-01`. */
  told: string[];
  /** All entries that lie in the journal now. */
  entries(): Entry[];
  /** Says that the consumer has all up to `row`. */
  durable(row: number): void;
  stop(): Promise<void>;
}

export interface GateThreadsOptions {
  credentials?: Credential[];
  maxBytes?: number;
  maxPacketBytes?: number;
  dir?: string;
  /** The consumer does not say where it stands: nothing is trimmed. */
  silent?: boolean;
}

const dist = (name: string) => new URL(`../../dist/cloud/${name}.thread.js`, import.meta.url);

export async function startGateThreads({ credentials = [], maxBytes = 64 << 20, maxPacketBytes = 256 << 10, dir, silent = false }: GateThreadsOptions = {}): Promise<GateThreads> {
  const folder = dir ?? mkdtempSync(join(tmpdir(), 'gw-gate-'));
  const file = join(folder, 'journal.db');
  const hot = new MessageChannel();
  const consumer = new MessageChannel();
  const journalData: JournalData = { file, maxBytes, logLevel: 'silent', consumers: { test: consumer.port2 }, broker: hot.port2 };
  const journalThread = new Worker(dist('journal'), { workerData: journalData, transferList: [consumer.port2, hot.port2] as MessagePort[] });
  const brokerData: BrokerData = {
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    maxPacketBytes,
    dialects: [{ topic: 'application/+/device/+/event/+', downlink: 'application/+/device/+/command/+' }],
    journal: hot.port1,
  };
  const brokerThread = new Worker(dist('broker'), { workerData: brokerData, transferList: [hot.port1], resourceLimits: { maxYoungGenerationSizeMb: 64 } });
  const told: string[] = [];
  const journal = rpcOver<JournalCalls, Record<string, never>>(journalThread, {});
  const broker = rpcOver<BrokerCalls, BrokerTells>(brokerThread, {
    connected: (agent) => void told.push(`connected ${agent}`),
    subscribed: (agent) => void told.push(`subscribed ${agent}`),
    disconnected: (agent, clean) => void told.push(`disconnected ${agent} ${clean ? 'clean' : 'cut'}`),
  });
  consumer.port1.on('message', (_: FromJournal) => {});
  if (!silent) consumer.port1.postMessage({ durable: 0 } satisfies ToJournal);
  await journal.listening(true);
  await broker.setCredentials(credentials);
  const { port } = await broker.listen();
  const reader = openJournalReader(file);
  let stopped = false;
  return {
    port,
    dir: folder,
    broker,
    journal,
    reader,
    told,
    entries: () => reader.read(0, Number.POSITIVE_INFINITY).flatMap(({ entries }) => entries),
    durable: (row) => consumer.port1.postMessage({ durable: row } satisfies ToJournal),
    async stop() {
      if (stopped) return;
      stopped = true;
      await broker.stop();
      await journal.listening(false);
      await journal.stop();
      reader.close();
      consumer.port1.close();
      await Promise.all([brokerThread.terminate(), journalThread.terminate()]);
      if (!dir) rmSync(folder, { recursive: true, force: true });
    },
  };
}
