import { expect, test } from 'vitest';
import { actsOnAlert } from '../../../../cloud/dashboard/app/alert-acts.ts';
import { kindOf } from '../../../../devices/kinds/kinds.ts';

const resolves = (kind: string, cause: string, device: string | null = 'd1') => actsOnAlert({ cause, device }, kindOf(kind)).resolve;

test('a person ends what neither an event nor a clear condition ends', () => {
  expect(resolves('alarm-post', 'sos')).toBe(true);
  expect(resolves('alarm-post', 'tamper')).toBe(true);
  expect(resolves('face-gate', 'forced-open')).toBe(true);
});
test('what ends by itself is not offered', () => {
  expect(resolves('manhole-cover', 'tilt')).toBe(false);
  expect(resolves('streetlight', 'lamp-failure')).toBe(false);
  expect(resolves('camera', 'intrusion')).toBe(false);
  expect(resolves('manhole-cover', 'offline')).toBe(false);
  expect(resolves('alarm-post', 'sos', null)).toBe(false);
});
