/** The outbox's thread: SQLite waits for the disk here, not in the agent. Every request is answered, in order. */
import { parentPort, workerData } from 'node:worker_threads';
import { isDamage } from '../../devices/database/database.ts';
import { fatal, GwError, reasonOf } from '../../devices/errors.ts';
import type { Addition, Beginning, CommandMemo, OutboxStats, Parcel, Room } from './outbox.ts';
import { SqliteStore, type StoreOptions } from './store.ts';

export type Request =
  | { ask: 'open' }
  | { ask: 'commit'; additions: Addition[]; forget: number[]; lost: number }
  | { ask: 'take'; room: Room }
  | { ask: 'rewind' }
  | { ask: 'command'; id: string }
  | { ask: 'close' };

export interface Answer {
  beginning?: Beginning;
  parcels?: Parcel[];
  command?: CommandMemo | null;
  stats?: OutboxStats;
  /** What the disk has changed and was given up, in sentences. */
  damage?: string[];
  error?: { code: string; message: string; fatal: boolean };
}

const port = parentPort;
if (!port) throw new Error('the outbox thread is started by the agent');
let store: SqliteStore | null = null;

/** What the next start mends. */
const broken = (thrown: unknown) =>
  fatal('data-broken', `the outbox is damaged on the disk (${reasonOf(thrown)}); the next start keeps the file aside and goes on with what can be read of it`, thrown);

function answer(request: Request): Answer {
  if (request.ask === 'open') {
    store = new SqliteStore(workerData as StoreOptions);
    return { beginning: store.beginning, stats: store.stats(), damage: store.takeDamage() };
  }
  if (!store) throw new Error(`${request.ask} before open`);
  switch (request.ask) {
    case 'commit':
      store.commit(request.additions, request.forget, request.lost);
      return { stats: store.stats() };
    case 'take':
      return { parcels: store.take(request.room), stats: store.stats(), damage: store.takeDamage() };
    case 'rewind':
      store.rewind();
      return {};
    case 'command':
      return { command: store.command(request.id) };
    case 'close':
      store.close();
      store = null;
      return {};
  }
}

port.on('message', (request: Request) => {
  let said: Answer;
  try {
    said = answer(request);
  } catch (thrown) {
    const error = isDamage(thrown) ? broken(thrown) : thrown;
    const code = (error as { code?: string }).code ?? 'unknown';
    said = { error: { code, message: reasonOf(error), fatal: error instanceof GwError && error.next === 'fatal' } };
  }
  port.postMessage(said);
  if (request.ask === 'close') port.close();
});
