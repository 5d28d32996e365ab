import { judgeClock, orderTs } from './clock-check.ts';
import type { Reading } from './ingest.ts';
import { addNumber, type Boot, rangesOf } from './numbers.ts';

/** The newest reading of a device, as far as order goes. */
export interface Newest {
  agent: string;
  boot: number | null;
  seq: number | null;
  /** By `orderTs`. */
  ts: number;
  /** As the device sent it, and whether its clock was unset. */
  sentTs: number;
  unset: boolean;
}

/** What is remembered of a device's readings. */
export interface ReadingMemory {
  newest: Newest | null;
  boots: Boot[];
  /** Of senders without numbers: the last identities. */
  identities: string[];
}

export const emptyMemory = (): ReadingMemory => ({ newest: null, boots: [], identities: [] });

const maxIdentities = 32;

export type Place = 'repeat' | 'newest' | 'history';

/**
 * Where a reading stands among its device's (contract, "MQTT"): a repeat changes nothing; the newest is judged whatever its age; the rest is history.
 * Newer is, of one agent, a higher boot, or the same and a higher seq; for a lower boot, another agent, no numbers or reused ones: the later ts.
 * `reused`: numbers seen before with a newer ts. Changes the memory.
 */
export function place(memory: ReadingMemory, reading: Reading): { place: Place; reused: boolean } {
  const { agent, boot, seq, identity, sentTs, rx, former } = reading;
  const { newest } = memory;
  const ts = orderTs(sentTs, rx);
  let reused = false;
  if (boot !== null && seq !== null) {
    const fresh = addNumber(rangesOf(memory.boots, boot), seq);
    if (!fresh) {
      if (newest !== null && !isLater(newest)) return { place: 'repeat', reused: false };
      reused = true;
    }
  } else if (identity !== null) {
    if (memory.identities.includes(identity)) return { place: 'repeat', reused: false };
    memory.identities.push(identity);
    if (memory.identities.length > maxIdentities) memory.identities.shift();
  }
  if (former || (newest !== null && !isNewer())) return { place: 'history', reused };
  memory.newest = { agent, boot, seq, ts, sentTs, unset: isUnset() };
  return { place: 'newest', reused };

  /** As it was sent: what is sent again comes at a later `rx`. But after a clock that was days ahead, one that is right again silences nothing. */
  function isLater(last: Newest): boolean {
    return last.unset && last.sentTs > last.ts && !isUnset() ? ts > last.ts : sentTs > last.sentTs;
  }
  function isUnset(): boolean {
    return judgeClock(sentTs, rx).clock === 'unset';
  }
  function isNewer(): boolean {
    const last = newest as Newest;
    if (boot !== null && seq !== null && !reused && agent === last.agent && last.boot !== null && last.seq !== null && boot >= last.boot) return boot > last.boot || seq > last.seq;
    return ts > last.ts;
  }
}
