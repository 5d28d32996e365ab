import { expect, test } from 'vitest';
import { Credentials } from '../../../cloud/broker/credentials.ts';
import { agent } from '../../kit/held-gate.ts';

const check = (credentials: Credentials, id: string, token: string) => credentials.check(id, Buffer.from(token))?.id ?? null;

test('an id is let in by its own token alone', () => {
  const credentials = new Credentials();
  credentials.set([agent('gw-01'), agent('gw-02')]);
  expect(check(credentials, 'gw-01', 'token of gw-01')).toBe('gw-01');
  expect(check(credentials, 'gw-01', 'token of gw-02')).toBeNull();
  expect(check(credentials, 'gw-01', '')).toBeNull();
  expect(check(credentials, 'gw-03', 'nobody')).toBeNull();
  expect(check(credentials, '__proto__', 'nobody')).toBeNull();
});

test('a hash that is none lets nobody in', () => {
  const credentials = new Credentials();
  credentials.put({ id: 'gw-01', role: 'agent', tokenHash: 'not hex' });
  credentials.put({ id: 'gw-02', role: 'agent', tokenHash: '' });
  expect(check(credentials, 'gw-01', 'nobody')).toBeNull();
  expect(check(credentials, 'gw-02', 'nobody')).toBeNull();
});

test('it says whose connections are to be cut: a new token, another role, gone', () => {
  const credentials = new Credentials();
  expect(credentials.put(agent('gw-01'))).toBe(false);
  expect(credentials.put(agent('gw-01'))).toBe(false);
  expect(credentials.put({ ...agent('gw-01'), role: 'bridge' })).toBe(true);
  expect(credentials.put({ ...agent('gw-01'), role: 'bridge', tokenHash: agent('x').tokenHash })).toBe(true);
  expect(credentials.set([agent('gw-02')])).toEqual(['gw-01']);
  expect(credentials.remove('gw-02')).toBe(true);
  expect(credentials.remove('gw-02')).toBe(false);
});
