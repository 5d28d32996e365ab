/** The thread of the journal: takes what the gate and the main thread append, commits it in groups, and tells the consumers. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../devices/clock.ts';
import { createLog } from '../../devices/log.ts';
import { BrokerPort } from '../journal/broker-port.ts';
import { LocalJournal } from '../journal/local-journal.ts';
import { rpcOver } from './rpc.ts';
import type { JournalCalls, JournalData } from './threads.ts';

const { file, maxBytes, logLevel, consumers, broker } = workerData as JournalData;
const gate = new BrokerPort(broker);
const journal = new LocalJournal({
  file,
  maxBytes,
  consumers,
  clock: systemClock,
  log: createLog('journal', logLevel),
  flow: (on) => gate.flow(on),
  answered: () => gate.flush(),
});
journal.start();
gate.start((part) => journal.appendPart(part));

const calls: JournalCalls = {
  append: (entries, share) => journal.append(entries, share),
  listening: (on) => journal.listening(on),
  stats: () => journal.stats(),
  async stop() {
    journal.stop();
    gate.stop();
  },
};
rpcOver<Record<string, never>, JournalCalls>(parentPort as NonNullable<typeof parentPort>, calls);
