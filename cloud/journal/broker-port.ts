/** The journal's end of the broker's port: requests come in encoded, answers go out one message a group. */
import type { MessagePort } from 'node:worker_threads';
import type { AppendAnswer, AppendRequest } from '../threads/threads.ts';
import type { Part, Refusal } from './group-commit.ts';

export class BrokerPort {
  #done: number[] = [];
  #used: ArrayBuffer[] = [];
  #refused: { id: number; data: ArrayBuffer; refusal: Refusal }[] = [];

  constructor(readonly port: MessagePort) {}

  start(append: (part: Part) => void): void {
    this.port.on('message', ({ id, n, telemetry, data, bytes }: AppendRequest) => {
      const answer = (refusal: Refusal | null) => {
        if (refusal) this.#refused.push({ id, data, refusal });
        else {
          this.#done.push(id);
          this.#used.push(data);
        }
      };
      append({ data: new Uint8Array(data, 0, bytes), n, telemetry, answer });
    });
  }

  /** Sends what has been answered since the last time, and the buffers with it. */
  flush(): void {
    if (this.#done.length > 0) this.#post({ ids: this.#done, used: this.#used });
    for (const { id, data, refusal } of this.#refused) this.#post({ ids: [id], used: [data], refused: refusal });
    this.#done = [];
    this.#used = [];
    this.#refused = [];
  }

  flow(on: boolean): void {
    this.#post({ flow: on });
  }

  stop(): void {
    this.port.close();
  }

  #post(answer: AppendAnswer): void {
    this.port.postMessage(answer, 'used' in answer ? answer.used : []);
  }
}
