import { describe, expect, it } from 'vitest';
import type { Latest } from '../../../../cloud/dashboard/app/shapes.ts';
import { ageOf, clockNote } from '../../../../cloud/dashboard/device/clock.ts';

const hour = 3_600_000;
const rx = 1_795_000_000_000;
const latest = (over: Partial<Latest> = {}): Latest => ({ ts: rx - 100, rx, sentTs: rx - 100, clock: 'ok', skewMs: 20, values: {}, at: {}, ...over });

describe('what is said of a device’s clock', () => {
  it('is nothing while it is about right', () => {
    for (const skewMs of [0, 60_000, -60_000]) expect(clockNote(latest({ skewMs }))).toBeNull();
    expect(clockNote(latest({ skewMs: null, ts: rx - 60_000 }))).toBeNull();
  });
  it('is what it shows where it is not set', () => {
    expect(clockNote(latest({ clock: 'unset', ts: rx, sentTs: 5000, skewMs: 5000 - rx }))).toEqual({ what: 'unset', sentTs: 5000 });
  });
  it('is how far it is off, and where only a reading is known, that it may be late', () => {
    expect(clockNote(latest({ skewMs: 8 * hour }))).toEqual({ what: 'ahead', ms: 8 * hour });
    expect(clockNote(latest({ skewMs: -8 * hour }))).toEqual({ what: 'behind', ms: 8 * hour });
    expect(clockNote(latest({ skewMs: null, ts: rx - hour }))).toEqual({ what: 'behindOrLate', ms: hour });
  });
});

it('the age of a value is by the cloud’s clock, whatever the device’s says', () => {
  const now = rx + 5000;
  expect(ageOf(rx - 100 + 8 * hour, latest({ skewMs: 8 * hour }), now)).toBe(5100);
  expect(ageOf(rx - 100 - 8 * hour, latest({ skewMs: -8 * hour }), now)).toBe(5100);
  expect(ageOf(rx - 100, latest({ skewMs: null }), now)).toBe(5100);
  expect(ageOf(rx, latest({ clock: 'unset', ts: rx, skewMs: 5000 - rx }), now)).toBe(5000);
});
