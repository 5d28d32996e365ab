import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');

it('what was compiled so that it would abort at random is refused with one sentence, before anything is built or started', () => {
  const tree = mkdtempSync(join(tmpdir(), 'gw-tree-'));
  const release = join(tree, 'node_modules/better-sqlite3/build/Release');
  mkdirSync(release, { recursive: true });
  // The symbol that such a module asks of Node.
  writeFileSync(join(release, 'better_sqlite3.node'), '\0_ZN4node28RemoveEnvironmentCleanupHookEPN2v87IsolateEPFvPvES3_\0');
  cpSync(join(top, '.tools'), join(tree, '.tools'), { recursive: true });
  cpSync(join(top, 'package.json'), join(tree, 'package.json'));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['.tools/build.mjs'], { cwd: tree, encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^better-sqlite3 was compiled with the headers of a Node [^\n]*`npm ci`[^\n]*\n$/)]);
  rmSync(tree, { recursive: true });
});
