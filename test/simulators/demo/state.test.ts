import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DemoState, StateFile } from '../../../simulators/demo/state.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gw-demo-state-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const state: DemoState = { version: 1, seed: 1, starts: 2, admin: 'a-secret-word', accounts: { guest: 'x' }, agents: { 'gw-01': 't' }, done: ['grids'], cases: {}, shift: {} };

test('is read back as it was written, by its owner alone', () => {
  const file = new StateFile(join(dir, 'new', 'demo.json'));
  expect(file.read()).toBeNull();
  file.write(state);
  file.write({ ...state, starts: 3 });
  expect(file.read()).toEqual({ ...state, starts: 3 });
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
});

test('ends the start with a sentence where it is torn, or of another version', () => {
  const file = new StateFile(join(dir, 'demo.json'));
  writeFileSync(file.path, '{"version":1,');
  expect(() => file.read()).toThrow(/demo\.json cannot be read/);
  writeFileSync(file.path, '{"version":9}');
  expect(() => file.read()).toThrow(/version 9, this program knows version 1/);
});
