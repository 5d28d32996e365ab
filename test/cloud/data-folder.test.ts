import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { holdDataFolder } from '../../cloud/data-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-folder-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the data folder', () => {
  it('is made where it is missing, and held by one at a time', () => {
    const path = join(folder, 'deep', 'data');
    const held = holdDataFolder(path);
    expect(() => holdDataFolder(path)).toThrow(expect.objectContaining({ next: 'fatal', code: 'data-folder-in-use', message: expect.stringContaining(path) }));
    held.release();
    holdDataFolder(path).release();
  });
  it('that cannot be one is told in one sentence', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const path of [join(folder, 'file'), '/proc/none', '/dev/null/none'])
      expect(() => holdDataFolder(path)).toThrow(expect.objectContaining({ next: 'fatal', code: 'data-folder', message: expect.stringContaining(path) }));
  });
});
