/** Who is connected, what each was last sent, and what each of them still wants. */
import type { Socket } from 'socket.io';
import type { Clock } from '../../devices/clock.ts';
import type { Credentials, Viewer } from '../accounts/accounts.ts';
import { type View, viewKey } from './view.ts';

/** What one client may ask: so many at once, and so many a second for ever. */
const askBurst = 50;
const asksPerSecond = 10;

/** One socket. */
export class Member {
  /** The version it was last sent; -1: none yet. */
  version = -1;
  /** A snapshot, or what came after a version. */
  wants: 'snapshot' | { after: number } | null = 'snapshot';
  /** It does not read as fast as it is sent to: nothing more until it has, then a snapshot. */
  behind = false;
  watched: ReadonlySet<string> = new Set();
  key: string;
  #asks = askBurst;
  #askedAt: number;

  constructor(
    readonly socket: Socket,
    /** Asked again when rights change. */
    readonly credentials: Credentials,
    public viewer: Viewer,
    private readonly clock: Clock,
    private readonly maxWaiting: number,
  ) {
    this.key = viewKey(viewer);
    this.#askedAt = clock.mono();
  }

  /** Packets that wait until it has read those before; engine.io types its buffer as private, and offers no other measure. */
  get waiting(): number {
    return (this.socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
  }

  /** Whether it has more to read than it should; from then on it is `behind`. */
  overloaded(): boolean {
    if (this.waiting > this.maxWaiting) this.behind = true;
    return this.behind;
  }

  /** It has read everything. */
  get drained(): boolean {
    return this.waiting === 0 && this.socket.conn.transport.writable;
  }

  mayAsk(): boolean {
    const now = this.clock.mono();
    this.#asks = Math.min(askBurst, this.#asks + ((now - this.#askedAt) / 1000) * asksPerSecond);
    this.#askedAt = now;
    if (this.#asks < 1) return false;
    this.#asks--;
    return true;
  }
}

/** All of them, those of equal view together. */
export class Members {
  readonly #all = new Map<string, Member>();
  readonly #groups = new Map<string, Set<Member>>();

  add(member: Member): void {
    this.#all.set(member.socket.id, member);
    this.#join(member);
  }

  remove(member: Member): void {
    this.#all.delete(member.socket.id);
    this.#leave(member);
  }

  /** Its rights are others now: what it sees begins anew. */
  move(member: Member, viewer: Viewer): void {
    this.#leave(member);
    member.viewer = viewer;
    member.key = viewKey(viewer);
    member.wants = 'snapshot';
    this.#join(member);
  }

  all(): Iterable<Member> {
    return this.#all.values();
  }
  get size(): number {
    return this.#all.size;
  }
  get groups(): number {
    return this.#groups.size;
  }

  *views(): Generator<{ view: View; key: string; members: ReadonlySet<Member> }> {
    for (const [key, members] of this.#groups) {
      const [first] = members;
      if (first) yield { view: first.viewer, key, members };
    }
  }

  #join(member: Member): void {
    const group = this.#groups.get(member.key);
    if (group) group.add(member);
    else this.#groups.set(member.key, new Set([member]));
  }
  #leave(member: Member): void {
    const group = this.#groups.get(member.key);
    group?.delete(member);
    if (group?.size === 0) this.#groups.delete(member.key);
  }
}
