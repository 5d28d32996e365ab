import { expect, test } from 'vitest';
import { dayOf, instantOf } from '../../cloud/civil-time.ts';

test('the day is that of the place, not of UTC', () => {
  const lateEvening = Date.UTC(2026, 10, 23, 16, 0, 0);
  expect(dayOf(lateEvening - 1, 'Asia/Shanghai')).toBe('20261123');
  expect(dayOf(lateEvening, 'Asia/Shanghai')).toBe('20261124');
  expect(dayOf(lateEvening, 'America/New_York')).toBe('20261123');
});

test('an instant found from a wall clock shows that wall clock', () => {
  for (const timezone of ['Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe', 'UTC']) {
    for (let month = 0; month < 12; month++) {
      const face = Date.UTC(2026, month, 15, 13, 45, 10);
      const instant = instantOf(face, timezone);
      expect(new Intl.DateTimeFormat('en-US', { timeZone: timezone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(instant)).toBe('13:45:10');
    }
  }
  expect(instantOf(Date.UTC(2026, 10, 24, 8), 'Asia/Shanghai')).toBe(Date.UTC(2026, 10, 24, 0));
});
