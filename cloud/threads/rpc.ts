/** Calls between two threads by birpc, both ends made here, so that an error of ours keeps its `next` and `code`: a structured clone would drop them. */
import type { MessagePort, Worker } from 'node:worker_threads';
import { type BirpcReturn, createBirpc } from 'birpc';
import { GwError, type Next } from '../../devices/errors.ts';

/** birpc's own form of a message, as far as it is looked at. */
interface Message {
  e?: unknown;
  gw?: { next: Next; code: string; message: string };
}

/** `events`: what is told without an answer. No call has a time limit of its own: a thread that is gone ends the process. */
export function rpcOver<Remote extends object, Local extends object>(port: MessagePort | Worker, functions: Local, events: (keyof Remote)[] = []): BirpcReturn<Remote, Local> {
  return createBirpc<Remote, Local>(functions, {
    post: (message) => port.postMessage(message),
    on: (take) => void port.on('message', take),
    eventNames: events,
    timeout: -1,
    serialize: (message: Message) => (message.e instanceof GwError ? { ...message, gw: { next: message.e.next, code: message.e.code, message: message.e.message } } : message),
    deserialize: (message: Message) => (message.gw ? { ...message, e: new GwError(message.gw.next, message.gw.code, message.gw.message) } : message),
  });
}
