/** What the live indicator says (screen.md 5.6). Pure: times are handed in. */

/** Longer than this without a delta or a heartbeat and the page is stale. */
export const staleMs = 5000;

export interface LinkFacts {
  connected: boolean;
  /** Attempts since the socket was lost; 0 while connected. */
  attempts: number;
  /** Whether a snapshot was ever taken. */
  loaded: boolean;
  /** When anything last came, ms. */
  lastHeard: number;
  p99: number | null;
}
export type LinkState =
  | { name: 'connecting' }
  | { name: 'live' }
  | { name: 'slow'; p99: number }
  | { name: 'stale'; forMs: number }
  | { name: 'reconnecting'; attempt: number; forMs: number };

export function linkState(facts: LinkFacts, now: number, budget: number): LinkState {
  const forMs = Math.max(0, now - facts.lastHeard);
  // A first connection that fails again and again is no calm either.
  if (!facts.connected) return facts.loaded || facts.attempts > 1 ? { name: 'reconnecting', attempt: Math.max(1, facts.attempts), forMs } : { name: 'connecting' };
  if (!facts.loaded) return { name: 'connecting' };
  if (forMs > staleMs) return { name: 'stale', forMs };
  if (facts.p99 !== null && facts.p99 > budget) return { name: 'slow', p99: facts.p99 };
  return { name: 'live' };
}
