/** Who reads the journal, how far each has come, and what all have passed. */
import type { MessagePort } from 'node:worker_threads';
import type { FromJournal, ToJournal } from './journal.ts';

export class Consumers {
  readonly #durable = new Map<string, number | null>();
  readonly #ports: MessagePort[] = [];

  /** `announced`: called with each message that comes in. */
  constructor(
    readonly ports: Record<string, MessagePort>,
    readonly announced: (name: string, told: ToJournal) => void,
  ) {}

  start(): void {
    for (const [name, port] of Object.entries(this.ports)) {
      this.#durable.set(name, null);
      this.#ports.push(port);
      port.on('message', (told: ToJournal) => {
        this.#durable.set(name, told.durable);
        this.announced(name, told);
      });
    }
  }

  /** What everybody has on a disk of their own; null while one has not said yet. Without consumers nothing is ever passed. */
  passed(): number | null {
    let least: number | null = null;
    for (const durable of this.#durable.values()) {
      if (durable === null) return null;
      if (least === null || durable < least) least = durable;
    }
    return least;
  }

  tell(lastRow: number): void {
    for (const port of this.#ports) port.postMessage({ lastRow } satisfies FromJournal);
  }

  stop(): void {
    for (const port of this.#ports) port.close();
  }
}
