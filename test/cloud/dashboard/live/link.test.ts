import { expect, test } from 'vitest';
import { linkState, staleMs } from '../../../../cloud/dashboard/live/link.ts';

const facts = { connected: true, attempts: 0, loaded: true, lastHeard: 10_000, p99: 200 };

test('live while something came within five seconds', () => {
  expect(linkState(facts, 10_000 + staleMs, 300)).toEqual({ name: 'live' });
});
test('slow when p99 is over the budget', () => {
  expect(linkState({ ...facts, p99: 301 }, 10_000, 300)).toEqual({ name: 'slow', p99: 301 });
});
test('stale after more than five seconds of silence, however fast it was', () => {
  expect(linkState(facts, 10_001 + staleMs, 300)).toEqual({ name: 'stale', forMs: staleMs + 1 });
});
test('reconnecting with its attempt while the socket is lost, connecting before the first snapshot', () => {
  expect(linkState({ ...facts, connected: false, attempts: 3 }, 12_000, 300)).toEqual({ name: 'reconnecting', attempt: 3, forMs: 2000 });
  expect(linkState({ ...facts, connected: false, loaded: false }, 12_000, 300)).toEqual({ name: 'connecting' });
  expect(linkState({ ...facts, connected: false, loaded: false, attempts: 2 }, 12_000, 300)).toEqual({ name: 'reconnecting', attempt: 2, forMs: 2000 });
  expect(linkState({ ...facts, loaded: false }, 12_000, 300)).toEqual({ name: 'connecting' });
});
