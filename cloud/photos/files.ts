/** Files named by the SHA-256 of their bytes, so that a name always means the same bytes and a damaged file is known as such. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GwError, reject, retry } from '../../devices/errors.ts';

const nameOf = (sha256: string) => `${sha256.slice(0, 2)}/${sha256}.jpg`;
const namePattern = /^([0-9a-f]{2})\/([0-9a-f]{64})\.jpg$/;
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Where a file is before it is whole. */
const unfinished = 'unfinished';

export class FileStore {
  constructor(private readonly dir: string) {}

  /** Makes the folder, and removes what a crash has left unfinished. */
  async start(): Promise<void> {
    const left = join(this.dir, unfinished);
    await mkdir(left, { recursive: true });
    for (const name of await readdir(left)) await rm(join(left, name), { force: true });
  }

  /** Resolves when the bytes and their name are on disk. */
  async put(bytes: Uint8Array): Promise<{ name: string; sha256: string }> {
    const sha256 = sha256Of(bytes);
    const name = nameOf(sha256);
    const file = join(this.dir, name);
    try {
      if (await this.#isWhole(name)) return { name, sha256 };
      const folder = dirname(file);
      if (await mkdir(folder, { recursive: true })) await syncFolder(this.dir);
      const partial = join(this.dir, unfinished, randomUUID());
      const handle = await open(partial, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(partial, file);
      await syncFolder(folder);
    } catch (error) {
      throw retry('photo-disk', 'The disk refuses to keep the photo now; nothing was changed.', error);
    }
    return { name, sha256 };
  }

  /** Throws a `reject` error where the file is not there or is not what its name says. */
  async read(name: string): Promise<Buffer> {
    const sha256 = namePattern.exec(name)?.[2];
    if (sha256 === undefined) throw reject('photo-name', 'not a name of this store');
    const bytes = await readFile(join(this.dir, name)).catch((error) => {
      throw reject('photo-missing', 'the file is not there', error);
    });
    if (sha256Of(bytes) !== sha256) throw reject('photo-damaged', `the file ${name} is not what was written`);
    return bytes;
  }

  /** A damaged file is written anew when the same bytes come again. */
  async #isWhole(name: string): Promise<boolean> {
    try {
      await this.read(name);
      return true;
    } catch (error) {
      if (error instanceof GwError && error.code !== 'photo-name') return false;
      throw error;
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
