// A process of its own with the journal's real thread in it, driven over IPC; it ends with its parent.
// Started as: node journal-child.mjs FILE MAX_BYTES
import { MessageChannel, Worker } from 'node:worker_threads';
import { createBirpc } from 'birpc';

const [file, maxBytes] = process.argv.slice(2);
const broker = new MessageChannel();
const worker = new Worker(new URL('../../dist/cloud/journal.thread.js', import.meta.url), {
  workerData: { file, maxBytes: Number(maxBytes), logLevel: 'silent', consumers: {}, broker: broker.port2 },
  transferList: [broker.port2],
});
const journal = createBirpc(
  {},
  {
    post: (message) => worker.postMessage(message),
    on: (take) => worker.on('message', take),
    // As cloud/threads/rpc.ts packs an error of ours.
    deserialize: (message) => (message.gw ? { ...message, e: Object.assign(new Error(message.gw.message), message.gw) } : message),
  },
);
process.once('disconnect', () => process.exit(0));

/** Appends without end, several at a time, each with a number of its own; tells each number once it is acknowledged. */
async function flood(lane, lanes) {
  for (let i = lane; ; i += lanes) {
    await journal.append([{ type: 'change', change: { i, filler: 'x'.repeat(i % 500) }, rx: i }], 'event');
    process.send({ acked: i });
  }
}

process.on('message', async ({ id, op, args }) => {
  try {
    if (op === 'flood') for (let lane = 0; lane < 8; lane++) flood(lane, 8);
    else process.send({ id, result: await journal[op](...args) });
  } catch (error) {
    process.send({ id, error: error.message, code: error.code });
  }
});
