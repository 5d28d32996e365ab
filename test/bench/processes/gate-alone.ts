/** The broker's and the journal's real threads from dist/, and no consumer that reads: what is acknowledged stays in the journal. */
import { createHash } from 'node:crypto';
import { MessageChannel, type TransferListItem, Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import type { BrokerCalls, BrokerData, BrokerTells, JournalCalls, JournalData } from '../../../cloud/threads/threads.ts';
import { options, tell } from '../parent.ts';

const { file, agents } = await options<{ file: string; agents: number }>();
const hot = new MessageChannel();
const reader = new MessageChannel();
const thread = (name: string, workerData: JournalData | BrokerData, transferList: TransferListItem[]) =>
  new Worker(new URL(`../../dist/cloud/${name}.thread.js`, import.meta.url), { workerData, transferList });
const callsOf = <Calls extends object>(worker: Worker, tells: object) =>
  createBirpc<Calls, object>(tells, { post: (message) => worker.postMessage(message), on: (take) => worker.on('message', take) });

const nobody: BrokerTells = { connected() {}, subscribed() {}, disconnected() {} };
const journalData: JournalData = { file, maxBytes: 4 * 2 ** 30, logLevel: 'error', consumers: { nobody: reader.port2 }, broker: hot.port2 };
const journal = callsOf<JournalCalls>(thread('journal', journalData, [reader.port2, hot.port2]), {});
const brokerData: BrokerData = { host: '127.0.0.1', port: 0, logLevel: 'error', maxPacketBytes: 262_144, dialects: [], journal: hot.port1 };
const broker = callsOf<BrokerCalls>(thread('broker', brokerData, [hot.port1]), nobody);
reader.port1.postMessage({ durable: 0 });
await journal.listening(true);
const tokenHash = createHash('sha256').update('bench').digest('hex');
await broker.setCredentials(Array.from({ length: agents }, (_, i) => ({ id: `bench-${i}`, role: 'agent', tokenHash })));
tell(await broker.listen());
process.on('message', async () => {
  await broker.stop();
  await journal.listening(false);
  await journal.stop();
  tell({ ended: true });
});
