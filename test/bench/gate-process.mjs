// Ours: the broker's and the journal's real threads from dist/, and a consumer that says at once that it has everything. Tells its port over IPC.
// Started with one argument, JSON: { file, agents, youngMb }
import { createHash } from 'node:crypto';
import { MessageChannel, Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';

const { file, agents, youngMb } = JSON.parse(process.argv[2]);
process.once('disconnect', () => process.exit(0));
const dist = (name) => new URL(`../../dist/cloud/${name}.thread.js`, import.meta.url);
const hot = new MessageChannel();
const consumer = new MessageChannel();
const limits = youngMb ? { resourceLimits: { maxYoungGenerationSizeMb: youngMb } } : {};
const journalThread = new Worker(dist('journal'), {
  workerData: { file, maxBytes: 4 * 2 ** 30, logLevel: 'error', consumers: { bench: consumer.port2 }, broker: hot.port2 },
  transferList: [consumer.port2, hot.port2],
});
const dialects = [];
const brokerThread = new Worker(dist('broker'), {
  workerData: { host: '127.0.0.1', port: 0, logLevel: 'error', maxPacketBytes: 262_144, dialects, journal: hot.port1 },
  transferList: [hot.port1],
  ...limits,
});
const rpc = (worker, tells) => createBirpc(tells, { post: (message) => worker.postMessage(message), on: (take) => worker.on('message', take) });
const journal = rpc(journalThread, {});
const broker = rpc(brokerThread, { connected() {}, subscribed() {}, disconnected() {} });
consumer.port1.on('message', ({ lastRow }) => consumer.port1.postMessage({ durable: lastRow }));
consumer.port1.postMessage({ durable: 0 });
await journal.listening(true);
const tokenHash = createHash('sha256').update('bench').digest('hex');
await broker.setCredentials(Array.from({ length: agents }, (_, i) => ({ id: `bench-${i}`, role: 'agent', tokenHash })));
const { port } = await broker.listen();
process.send({ port });
let cpu = process.cpuUsage();
let before = {};
const elu = { broker: brokerThread.performance, journal: journalThread.performance };
process.on('message', async (word) => {
  if (word === 'begin') {
    cpu = process.cpuUsage();
    before = { broker: elu.broker.eventLoopUtilization(), journal: elu.journal.eventLoopUtilization() };
  }
  if (word === 'end') {
    const { user, system } = process.cpuUsage(cpu);
    const busy = Object.fromEntries(Object.entries(elu).map(([name, of]) => [name, of.eventLoopUtilization(before[name]).utilization]));
    process.send({ cpuUs: user + system, rss: process.memoryUsage().rss, busy, broker: await broker.stats(), journal: await journal.stats() });
  }
});
