/**
 * Who is connected, as the journal is told it: a `connect` for each connection, a `disconnect` when an agent's last one ends, the Will before it, each in
 * order with what the agent publishes. A second connection of one identity ends the first, and does not make its agent absent.
 */
import { type Clock, every } from '../../devices/clock.ts';
import type { Entry } from '../journal/journal.ts';
import type { JournalLine, Written } from './journal-line.ts';
import type { Link } from './link.ts';

interface Present {
  /** When the first of its connections began, ms since 1970. */
  since: number;
  links: Set<Link>;
  /** When a second connection took the place of the first, by the monotonic clock; those of late. */
  takeovers: number[];
}

/** How an agent with a connection stands. */
export interface Standing {
  since: number;
  /** How often of late a second connection took the place of the first. */
  takeovers: number;
}

/** So long a takeover counts, and so many are counted at most. */
const takeoverMs = 600_000;
const mostTakeovers = 1000;
/** So many of late, and it is no device that came back: two share its token, or its line breaks again and again. */
export const contestedFrom = 3;

export interface PresenceEvents {
  /** A second connection of one identity has ended the first, for the `times`th time of late: a device that came back, or two that share a token. */
  takenOver(agent: string, times: number): void;
  connected(agent: string): void;
  disconnected(agent: string, clean: boolean): void;
  /** A Will goes to the journal: a message like any other, said late. */
  will(): void;
}

export class Presence {
  readonly #present = new Map<string, Present>();
  readonly #byKey = new Map<string, Link>();
  /** What a disk refused to hold about agents that went, by agent. */
  readonly #owed = new Map<string, Entry>();
  #stopRetrying = () => {};

  constructor(
    readonly line: JournalLine,
    readonly clock: Clock,
    readonly events: PresenceEvents,
  ) {}

  start(): void {
    this.#stopRetrying = every(this.clock, 1000, () => this.#retry());
  }
  stop(): void {
    this.#stopRetrying();
  }

  links(agent: string): Link[] {
    return [...(this.#present.get(agent)?.links ?? [])];
  }
  *all(): IterableIterator<Link> {
    for (const { links } of this.#present.values()) yield* links;
  }
  online(): Map<string, Standing> {
    return new Map([...this.#present].map(([agent, present]) => [agent, { since: present.since, takeovers: this.#takeovers(present).length }]));
  }
  /** Agents whose place is fought for. */
  contested(): number {
    let contested = 0;
    for (const present of this.#present.values()) if (this.#takeovers(present).length >= contestedFrom) contested++;
    return contested;
  }

  /** `written`: it may be let in, or (refused) not. */
  begin(link: Link, written: Written): void {
    const agent = link.id;
    const rx = this.clock.now();
    const before = this.#present.get(agent);
    const owed = this.#owed.get(agent);
    const present = before ?? { since: rx, links: new Set(), takeovers: [] };
    present.links.add(link);
    this.#present.set(agent, present);
    const older = this.#byKey.get(link.key);
    this.#byKey.set(link.key, link);
    if (older) {
      this.end(older, false);
      older.wire.close();
      this.events.takenOver(agent, this.#takeovers(present).push(this.clock.mono()));
    }
    // It is back: that it was away for a moment need not be told any more.
    this.#owed.delete(agent);
    this.line.append({ type: 'connect', agent, rx }, (refusal) => {
      if (!refusal) {
        if (!link.ended) this.events.connected(agent);
      } else {
        this.#forget(link);
        if (!this.#present.has(agent) && (before || owed)) this.#owe(agent, owed ?? { type: 'disconnect', agent, clean: false, rx });
      }
      written(refusal);
    });
  }

  /** `clean`: it said DISCONNECT. Calling it again changes nothing. */
  end(link: Link, clean: boolean): void {
    if (link.ended) return;
    link.end();
    if (!this.#forget(link)) return;
    const agent = link.id;
    const rx = this.clock.now();
    const last = !this.#present.has(agent);
    if (link.will && !clean) {
      const { topic, payload } = link.will;
      this.events.will();
      // Nobody waits for a Will: what becomes of it is in the counts.
      this.line.append({ type: 'publish', agent, topic, payload, rx }, () => {});
    }
    if (!last) return;
    // A bridge is never gone: the silence of its devices counts all the same (contract, "Kinds").
    const asClean = clean || link.credential?.role === 'bridge';
    const entry: Entry = { type: 'disconnect', agent, clean: asClean, rx };
    this.line.append(entry, (refusal) => refusal && this.#owe(agent, entry));
    this.events.disconnected(agent, asClean);
  }

  #takeovers(present: Present): number[] {
    const from = this.clock.mono() - takeoverMs;
    const { takeovers } = present;
    while (takeovers.length >= mostTakeovers || (takeovers[0] ?? from) < from) takeovers.shift();
    return takeovers;
  }

  /** false: it was not among those present. */
  #forget(link: Link): boolean {
    if (this.#byKey.get(link.key) === link) this.#byKey.delete(link.key);
    const present = this.#present.get(link.id);
    if (!present?.links.delete(link)) return false;
    if (present.links.size === 0) this.#present.delete(link.id);
    return true;
  }

  #owe(agent: string, entry: Entry): void {
    if (!this.#present.has(agent)) this.#owed.set(agent, entry);
  }

  #retry(): void {
    for (const [agent, entry] of [...this.#owed]) {
      this.#owed.delete(agent);
      this.line.append(entry, (refusal) => refusal && this.#owe(agent, entry));
    }
  }
}
