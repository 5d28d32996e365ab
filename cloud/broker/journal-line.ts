/** The gate's line to the journal: what one turn of the event loop brought goes over as one buffer, and each callback is called when its part is on disk. */
import type { MessagePort } from 'node:worker_threads';
import type { Clock } from '../../devices/clock.ts';
import { type GwError, retry } from '../../devices/errors.ts';
import type { Entry, Share } from '../journal/journal.ts';
import { EntryWriter } from '../journal/journal.ts';
import type { AppendAnswer, AppendRequest } from '../threads/threads.ts';

/** Called once: with null when it is on disk, with what to say of it when nothing was kept. */
export type Written = (refusal: GwError | null) => void;

interface Sent {
  at: number;
  callbacks: Written[];
  kinds: Kind[];
}

/** What an entry is to the counts and to a refusal of telemetry alone. */
type Kind = typeof telemetry | typeof message | typeof other;
const telemetry = 1;
const message = 2;
/** A connect or a disconnect: an entry, and no message. */
const other = 3;

export interface LineEvents {
  /** Whether telemetry may be sent has changed. */
  flow(on: boolean): void;
  /** So many messages were answered after `ms`, before their callbacks are called. */
  settled(accepted: number, rejected: number, refusal: GwError | null, ms: number): void;
}

/** A request is sent at once when it has grown to this. */
const fullBytes = 256 << 10;
/** A request's buffer at first, and how many are kept for use again: enough for what is under way at the highest rates. */
const firstBytes = 16_384;
const mostSpare = 8;

export class JournalLine {
  readonly #writer = new EntryWriter();
  readonly #sent = new Map<number, Sent>();
  /** Buffers that came back from the journal. */
  readonly #spare: ArrayBuffer[] = [];
  #callbacks: Written[] = [];
  #kinds: Kind[] = [];
  #lastId = 0;
  #scheduled = false;
  #whenEmpty: (() => void)[] = [];

  constructor(
    readonly port: MessagePort,
    readonly clock: Clock,
    readonly events: LineEvents,
  ) {}

  start(): void {
    this.port.on('message', (answer: AppendAnswer) => ('flow' in answer ? this.events.flow(answer.flow) : this.#answered(answer)));
  }

  stop(): void {
    this.port.close();
  }

  /** A message. `own`: its topic begins with `gw/v1/{agent}/`. */
  publish(agent: string, topic: string, own: boolean, payload: Uint8Array, share: Share, written: Written): void {
    this.#writer.publish(agent, topic, own, payload, this.clock.now(), share);
    this.#push(share === 'telemetry' ? telemetry : message, written);
  }

  /** Anything else; it counts as an event. */
  append(entry: Entry, written: Written): void {
    this.#writer.add(entry, 'event');
    this.#push(entry.type === 'publish' ? message : other, written);
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

  #push(kind: Kind, written: Written): void {
    this.#callbacks.push(written);
    this.#kinds.push(kind);
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
    this.#sent.set(id, { at: this.clock.mono(), callbacks: this.#callbacks, kinds: this.#kinds });
    this.#callbacks = [];
    this.#kinds = [];
    const request: AppendRequest = { id, ...this.#writer.swap(this.#spare.pop() ?? new ArrayBuffer(firstBytes)) };
    this.port.postMessage(request, [request.data]);
  }

  #answered({ ids, used, refused }: Extract<AppendAnswer, { ids: number[] }>): void {
    for (const buffer of used) if (this.#spare.length < mostSpare) this.#spare.push(buffer);
    const refusal = refused ? retry(refused.code, refused.message) : null;
    for (const id of ids) {
      const sent = this.#sent.get(id);
      if (!sent) throw new Error(`the journal answered request ${id}, which was never sent`);
      this.#sent.delete(id);
      const isRefused = (kind: Kind) => refusal !== null && (refused?.share === 'all' || kind === telemetry);
      const rejected = sent.kinds.reduce((n, kind) => (kind !== other && isRefused(kind) ? n + 1 : n), 0);
      const messages = sent.kinds.reduce((n, kind) => (kind !== other ? n + 1 : n), 0);
      this.events.settled(messages - rejected, rejected, refusal, this.clock.mono() - sent.at);
      for (let i = 0; i < sent.callbacks.length; i++) (sent.callbacks[i] as Written)(isRefused(sent.kinds[i] as Kind) ? refusal : null);
    }
    if (this.#sent.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
