/** Deltas, snapshots and replays: each made once for all who see the same, with the version that each of them was last sent. */
import type { Namespace } from 'socket.io';
import type { Member, Members } from './members.ts';
import type { Delta, Snapshot } from './messages.ts';
import type { Changed, Present } from './present.ts';
import type { Versions } from './versions.ts';
import { deltaFor, snapshotFor, type View } from './view.ts';

export interface SendingDeps {
  io: Pick<Namespace, 'to'>;
  present: Present;
  members: Members;
  versions: Pick<Versions, 'next'>;
  devices(): Parameters<typeof snapshotFor>[2];
}

/** What a version stood for, so that it can be gone on from: only by whoever sees the same as the one it was sent to. */
interface Sent {
  key: string;
  position: number;
}

/** Versions that can be gone on from. */
const maxSent = 100_000;

export class Sending {
  readonly counts = { deltas: 0, snapshots: 0, replays: 0, skipped: 0 };
  readonly #deps: SendingDeps;
  /** Versions that were sent, oldest first. */
  readonly #sent = new Map<number, Sent>();

  constructor(deps: SendingDeps) {
    this.#deps = deps;
  }

  /** Sends what has changed and what is wanted. When the disk has no versions left to give, everybody is owed a snapshot instead. */
  flush(changes: readonly Changed[]): void {
    for (const { view, key, members } of this.#deps.members.views()) {
      if ((changes.length === 0 || this.#delta(view, key, members, changes)) && this.#wanted(view, key, members)) continue;
      for (const member of this.#deps.members.all()) member.wants = 'snapshot';
      break;
    }
    this.#forget();
  }

  /** false: there are no versions. */
  #delta(view: View, key: string, members: ReadonlySet<Member>, changes: readonly Changed[]): boolean {
    const lists = deltaFor(view, changes);
    if (!lists) return true;
    const before = new Map<number, Member[]>();
    for (const member of members) {
      if (member.wants) continue;
      if (member.overloaded()) {
        this.counts.skipped++;
        continue;
      }
      const same = before.get(member.version);
      if (same) same.push(member);
      else before.set(member.version, [member]);
    }
    if (before.size === 0) return true;
    const version = this.#next(key);
    if (version === undefined) return false;
    for (const [prev, some] of before) this.#emit(some, 'delta', { version, prev, ...lists }, version);
    this.counts.deltas += before.size;
    return true;
  }

  /** false: there are no versions. */
  #wanted(view: View, key: string, members: ReadonlySet<Member>): boolean {
    const anew: Member[] = [];
    for (const member of members) {
      if (member.behind || member.wants === null) continue;
      const replay = member.wants === 'snapshot' ? null : this.#since(member.wants.after, key);
      if (member.wants === 'snapshot' || !replay) {
        anew.push(member);
        continue;
      }
      const version = this.#next(key);
      if (version === undefined) return false;
      this.#emit([member], 'delta', { version, prev: member.wants.after, ...deltaFor(view, replay) }, version);
      this.counts.replays++;
    }
    if (anew.length === 0) return true;
    const version = this.#next(key);
    if (version === undefined) return false;
    this.#emit(anew, 'snapshot', { version, ...snapshotFor(view, this.#deps.present, this.#deps.devices()) }, version);
    this.counts.snapshots += anew.length;
    return true;
  }

  #emit(members: readonly Member[], event: 'delta' | 'snapshot', message: Delta | Snapshot, version: number): void {
    for (const member of members) {
      member.version = version;
      member.wants = null;
    }
    this.#deps.io.to(members.map(({ socket }) => socket.id)).emit(event, message);
  }

  #since(version: number, key: string): Changed[] | null {
    const sent = this.#sent.get(version);
    return sent?.key === key ? this.#deps.present.since(sent.position) : null;
  }

  #next(key: string): number | undefined {
    const version = this.#deps.versions.next();
    if (version !== undefined) this.#sent.set(version, { key, position: this.#deps.present.position });
    return version;
  }

  #forget(): void {
    const { oldest } = this.#deps.present;
    for (const [version, { position }] of this.#sent) {
      if (position >= oldest && this.#sent.size <= maxSent) return;
      this.#sent.delete(version);
    }
  }
}
