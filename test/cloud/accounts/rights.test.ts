import { expect, test } from 'vitest';
import { acts, may, mayCommand, roles, rolesFor } from '../../../cloud/accounts/rights.ts';

const all = { all: true } as const;
const site = { site: ['s1'] };

test('an administrator of everything may do everything', () => {
  for (const act of acts) expect(may({ role: 'administrator', scope: all }, act)).toBe(true);
});

test('what reaches the whole installation needs the scope of the whole installation', () => {
  const acrossAll = ['add-devices', 'edit-places', 'edit-agents', 'edit-accounts', 'edit-rules', 'edit-installation', 'read-parked', 'read-audit'];
  for (const act of acts) expect([act, may({ role: 'administrator', scope: site }, act)]).toEqual([act, !acrossAll.includes(act)]);
});

test('a viewer reads and does nothing else', () => {
  expect(acts.filter((act) => may({ role: 'viewer', scope: all }, act))).toEqual(['read']);
});

test('a dispatcher acknowledges, runs cases and sends commands, and leaves the register alone', () => {
  const dispatcher = { role: 'dispatcher', scope: all } as const;
  for (const act of ['ack-alerts', 'open-cases', 'case:dispatch', 'case:close', 'send-commands'] as const) expect([act, may(dispatcher, act)]).toEqual([act, true]);
  for (const act of ['add-devices', 'edit-devices', 'service-devices', 'edit-accounts', 'edit-agents'] as const) expect([act, may(dispatcher, act)]).toEqual([act, false]);
});

test('a school acknowledges, opens cases and commands its posts and gates, but runs no case', () => {
  const school = { role: 'school', scope: site } as const;
  for (const act of ['read', 'ack-alerts', 'open-cases', 'send-commands'] as const) expect([act, may(school, act)]).toEqual([act, true]);
  for (const act of ['act-on-cases', 'case:close', 'service-devices'] as const) expect([act, may(school, act)]).toEqual([act, false]);
  expect(['alarm-post', 'face-gate', 'camera', 'manhole-cover', 'streetlight'].filter((kind) => mayCommand(school, kind))).toEqual(['alarm-post', 'face-gate']);
  expect(mayCommand({ role: 'viewer', scope: all }, 'alarm-post')).toBe(false);
  expect(mayCommand({ role: 'technician', scope: all }, 'camera')).toBe(true);
});

test('every act has someone besides the system who may do it, and every role reads', () => {
  for (const act of acts) expect(rolesFor(act)).toContain('administrator');
  for (const role of roles) expect(may({ role, scope: all }, 'read')).toBe(true);
});
