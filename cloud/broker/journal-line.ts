/** The gate's line to the journal: what one turn of the event loop brought goes over as one buffer, and each callback is called when its part is on disk. */
import type { MessagePort } from 'node:worker_threads';
import type { Clock } from '../../devices/clock.ts';
import { type GwError, retry } from '../../devices/errors.ts';
import { EntryWriter } from '../journal/codec.ts';
import type { Entry, Share } from '../journal/journal.ts';
import type { AppendAnswer, AppendRequest } from '../threads/threads.ts';

/** Called once: with null when it is on disk, with what to say of it when nothing was kept. */
export type Written = (refusal: GwError | null) => void;

interface Sent {
  at: number;
  callbacks: Written[];
  /** 1 where the entry counts as telemetry. */
  telemetry: number[];
}

/** A request is sent at once when it has grown to this. */
const fullBytes = 512 << 10;

export class JournalLine {
  readonly #writer = new EntryWriter();
  readonly #sent = new Map<number, Sent>();
  #callbacks: Written[] = [];
  #telemetry: number[] = [];
  #lastId = 0;
  #scheduled = false;
  #whenEmpty: (() => void)[] = [];

  constructor(
    readonly port: MessagePort,
    readonly clock: Clock,
    /** Whether telemetry may be sent has changed. */
    readonly flow: (on: boolean) => void,
  ) {}

  start(): void {
    this.port.on('message', (answer: AppendAnswer) => ('flow' in answer ? this.flow(answer.flow) : this.#answered(answer)));
  }

  stop(): void {
    this.port.close();
  }

  /** A message. `own`: its topic begins with `gw/v1/{agent}/`. */
  publish(agent: string, topic: string, own: boolean, payload: Uint8Array, share: Share, written: Written): void {
    this.#writer.publish(agent, topic, own, payload, this.clock.now(), share);
    this.#push(share === 'telemetry' ? 1 : 0, written);
  }

  /** Anything else; it counts as an event. */
  append(entry: Entry, written: Written): void {
    this.#writer.add(entry, 'event');
    this.#push(0, written);
  }

  /** Milliseconds that the oldest unanswered request has waited. */
  lagMs(): number {
    for (const { at } of this.#sent.values()) return this.clock.mono() - at;
    return 0;
  }

  /** Resolves when everything handed in so far is answered. */
  async empty(): Promise<void> {
    this.#flush();
    if (this.#sent.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  #push(telemetry: number, written: Written): void {
    this.#callbacks.push(written);
    this.#telemetry.push(telemetry);
    if (this.#writer.bytes >= fullBytes) this.#flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#flush();
      });
    }
  }

  #flush(): void {
    if (this.#callbacks.length === 0) return;
    const id = ++this.#lastId;
    this.#sent.set(id, { at: this.clock.mono(), callbacks: this.#callbacks, telemetry: this.#telemetry });
    this.#callbacks = [];
    this.#telemetry = [];
    const request: AppendRequest = { id, ...this.#writer.take() };
    this.port.postMessage(request, [request.data]);
  }

  #answered({ ids, refused }: Extract<AppendAnswer, { ids: number[] }>): void {
    const refusal = refused ? retry(refused.code, refused.message) : null;
    for (const id of ids) {
      const sent = this.#sent.get(id);
      if (!sent) throw new Error(`the journal answered request ${id}, which was never sent`);
      this.#sent.delete(id);
      const all = refused?.share !== 'telemetry';
      for (let i = 0; i < sent.callbacks.length; i++) (sent.callbacks[i] as Written)(all || sent.telemetry[i] === 1 ? refusal : null);
    }
    if (this.#sent.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
