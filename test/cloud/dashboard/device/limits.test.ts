import { expect, test } from 'vitest';
import { causeMetric, isStale, limitsOf, onRange, pastLimit } from '../../../../cloud/dashboard/device/limits.ts';
import { kindOf } from '../../../../devices/kinds/kinds.ts';

const cover = kindOf('manhole-cover');
if (!cover) throw new Error('no cover');

test('the rules in force are the limits; without them those of the kind; a rule that is off is none', () => {
  expect(limitsOf(cover, 'tilt_deg', null).map(({ at }) => at)).toEqual([15, 45]);
  const rule = {
    id: 'r',
    type: 'threshold' as const,
    enabled: true,
    kind: 'manhole-cover',
    metric: 'tilt_deg',
    op: '>=' as const,
    levels: [{ at: 20, severity: 'critical' as const }],
  };
  expect(limitsOf(cover, 'tilt_deg', [rule])).toEqual([{ at: 20, severity: 'critical', op: '>=', rule: 'r' }]);
  expect(limitsOf(cover, 'tilt_deg', [{ ...rule, enabled: false }])).toEqual([]);
});
test('a value is past the worst limit it has reached, in the direction of the limit', () => {
  const limits = limitsOf(cover, 'tilt_deg', null);
  expect(pastLimit(14.9, limits)).toBeNull();
  expect(pastLimit(15, limits)?.severity).toBe('warning');
  expect(pastLimit(80, limits)?.severity).toBe('critical');
  expect(pastLimit(3.2, limitsOf(cover, 'battery_v', null))?.severity).toBe('info');
});
test('the needle stays on its bar', () => {
  expect([-5, 45, 900].map((value) => onRange(value, { range: [0, 90] }))).toEqual([0, 0.5, 1]);
  expect(onRange(1, {})).toBeNull();
});
test('a value is stale after two and a half intervals; without a known interval never', () => {
  expect(isStale(1_500_000, 600)).toBe(false);
  expect(isStale(1_500_001, 600)).toBe(true);
  expect(isStale(1e12, null)).toBe(false);
});
test('a cause leads to its metric', () => {
  expect(causeMetric(cover, 'tilt')).toBe('tilt_deg');
  expect(causeMetric(cover, 'offline')).toBeNull();
});
