/** The journal's end of the broker's port: requests come in encoded, answers go out one message a group. */
import type { MessagePort } from 'node:worker_threads';
import type { AppendAnswer, AppendRequest } from '../threads/threads.ts';
import type { Part, Refusal } from './group-commit.ts';

export class BrokerPort {
  #done: number[] = [];
  #refused: { ids: number[]; refusal: Refusal }[] = [];

  constructor(readonly port: MessagePort) {}

  start(append: (part: Part) => void): void {
    this.port.on('message', ({ id, n, telemetry, data }: AppendRequest) => {
      append({ data: new Uint8Array(data), n, telemetry, answer: (refusal) => (refusal ? this.#refused.push({ ids: [id], refusal }) : this.#done.push(id)) });
    });
  }

  /** Sends what has been answered since the last time. */
  flush(): void {
    if (this.#done.length > 0) this.#post({ ids: this.#done });
    for (const { ids, refusal } of this.#refused) this.#post({ ids, refused: refusal });
    this.#done = [];
    this.#refused = [];
  }

  flow(on: boolean): void {
    this.#post({ flow: on });
  }

  stop(): void {
    this.port.close();
  }

  #post(answer: AppendAnswer): void {
    this.port.postMessage(answer);
  }
}
