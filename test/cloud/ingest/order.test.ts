import { beforeEach, describe, expect, it } from 'vitest';
import { emptyMemory, place, type Reading, type ReadingMemory } from '../../../cloud/ingest/ingest.ts';
import { coverFacts } from '../../kit/facts.ts';

const now = Date.UTC(2026, 10, 24);
const reading = (over: Partial<Reading>): Reading => ({
  device: coverFacts(),
  agent: 'gw-1',
  boot: 1,
  seq: 0,
  identity: null,
  sentTs: now,
  kept: null,
  sent: null,
  ts: over.sentTs ?? now,
  rx: now,
  clock: 'ok',
  values: { tilt_deg: 1 },
  unknownMetrics: 0,
  former: false,
  ...over,
});
let memory: ReadingMemory;
const comes = (over: Partial<Reading>) => {
  const { place: where, reused } = place(memory, reading(over));
  return reused ? `${where}, reused` : where;
};
beforeEach(() => {
  memory = emptyMemory();
});

describe('a reading of one agent', () => {
  it('is newest by a higher number, whatever its clock says', () => {
    expect(comes({ seq: 5 })).toBe('newest');
    expect(comes({ seq: 6, sentTs: now - 9_000_000 })).toBe('newest');
    expect(comes({ boot: 2, seq: 0, sentTs: 1000 })).toBe('newest');
  });
  it('is history by a lower number, and a repeat by the same one', () => {
    comes({ seq: 5 });
    expect(comes({ seq: 3 })).toBe('history');
    expect(comes({ seq: 5 })).toBe('repeat');
    expect(comes({ seq: 3 })).toBe('repeat');
  });
  it('with used numbers and a newer time is taken, and counted as reused', () => {
    comes({ seq: 5 });
    expect(comes({ seq: 5, sentTs: now + 1000, rx: now + 1000 })).toBe('newest, reused');
  });
  it.each([
    ['two seconds ahead', now + 2000],
    ['in 1970', 5000],
    ['in 2099', Date.UTC(2099, 0, 1)],
  ])('is a repeat when it is sent again later, though its clock stands %s', (_where, sentTs) => {
    expect(comes({ seq: 1, sentTs })).toBe('newest');
    expect(comes({ seq: 2, sentTs: sentTs + 100, rx: now + 100 })).toBe('newest');
    expect(comes({ seq: 1, sentTs, rx: now + 60_000 })).toBe('repeat');
    expect(comes({ seq: 2, sentTs: sentTs + 100, rx: now + 60_000 })).toBe('repeat');
  });
  it('with used numbers and a clock that is right again is taken', () => {
    comes({ seq: 1, sentTs: Date.UTC(2099, 0, 1) });
    expect(comes({ seq: 1, sentTs: now + 60_000, rx: now + 60_000 })).toBe('newest, reused');
  });
  it('of a lower boot is newest only by a later time (a new disk silences nothing)', () => {
    comes({ boot: 9, seq: 5 });
    expect(comes({ boot: 1, seq: 0, sentTs: now - 1 })).toBe('history');
    expect(comes({ boot: 1, seq: 1, sentTs: now + 1000, rx: now + 1000 })).toBe('newest');
  });
  it('ahead of the cloud’s clock counts as now, so that it silences nobody after it', () => {
    comes({ boot: null, seq: null, sentTs: now + 3_600_000 });
    expect(comes({ boot: null, seq: null, sentTs: now + 1000, rx: now + 1000 })).toBe('newest');
  });
});

describe('a reading of another agent or without numbers', () => {
  it('is newest by the later time', () => {
    comes({ seq: 5 });
    expect(comes({ agent: 'gw-2', boot: 1, seq: 0, sentTs: now + 10, rx: now + 10 })).toBe('newest');
    expect(comes({ agent: 'gw-3', boot: null, seq: null, sentTs: now - 10 })).toBe('history');
  });
  it('without numbers is never a repeat', () => {
    comes({ boot: null, seq: null });
    expect(comes({ boot: null, seq: null })).toBe('history');
  });
  it('with an identity is a repeat by that', () => {
    expect(comes({ boot: null, seq: null, identity: 'a' })).toBe('newest');
    expect(comes({ boot: null, seq: null, identity: 'a', sentTs: now + 5, rx: now + 5 })).toBe('repeat');
  });
  it('of a former agent is history', () => {
    expect(comes({ former: true })).toBe('history');
  });
});
