import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { BirpcReturn } from 'birpc';
import { fatal, reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import { rpcOver } from './rpc.ts';

export interface Thread<Calls extends object> {
  calls: BirpcReturn<Calls, object>;
  /** Asks it to stop, and ends it after `ms` if it has not. Twice is harmless. */
  stop(ms: number): Promise<void>;
}

export interface ThreadOptions {
  /** As in `dist/cloud/{name}.thread.js`. */
  name: string;
  /** Folder of this bundle: threads lie beside it. */
  here: URL;
  data: object;
  transfer: MessagePort[];
  /** Room for short-lived objects, MB. The default of 16 costs broker and rules more in collecting than the memory is worth (ingest-path.md, trap 7). */
  youngMb?: number;
  log: Logger;
  /** The thread ended by itself: nothing of the cloud is of use without it. */
  onDeath(reason: Error): void;
}

/** Starts a worker thread whose control calls go by birpc. A call that has no answer waits as long as the thread lives. */
export function startThread<Calls extends { stop(): Promise<void> }, Tells extends object>(options: ThreadOptions, tells: Tells): Thread<Calls> {
  const { name, here, data, transfer, youngMb, onDeath } = options;
  const worker = new Worker(new URL(`./${name}.thread.js`, here), {
    name,
    workerData: data,
    transferList: transfer,
    ...(youngMb === undefined ? {} : { resourceLimits: { maxYoungGenerationSizeMb: youngMb } }),
  });
  let stopping = false;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  // What it died of is told once; its exit comes after.
  worker.once('error', (thrown) => {
    stopping = true;
    // An error of SQLite comes over without its words: its code is left.
    onDeath(thrown instanceof Error ? thrown : fatal('thread', `The ${name} thread ended: ${(thrown as { code?: string }).code ?? reasonOf(thrown)}`, thrown));
  });
  worker.on('exit', (code) => {
    if (!stopping) onDeath(fatal('thread', `The ${name} thread ended by itself (code ${code}).`));
  });
  const calls = rpcOver<Calls, Tells>(worker, tells) as unknown as BirpcReturn<Calls, object>;
  return {
    calls,
    async stop(ms) {
      if (stopping) return ended;
      stopping = true;
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      });
      await Promise.race([(calls as unknown as Calls).stop(), ended, tooLong]);
      clearTimeout(timer);
      await worker.terminate();
    },
  };
}

/** Both ends of a new channel: one for each thread. */
export function channel(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  return [port1, port2];
}
