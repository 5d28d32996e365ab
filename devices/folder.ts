import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes a folder for this user alone, with those above it. Not by `recursive`: that never returns where a file system such as /proc takes no folder. */
export function makeFolder(path: string): void {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
}
