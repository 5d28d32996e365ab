/** Who may connect: the SHA-256 of each token, by id. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Credential } from '../threads/threads.ts';

interface Known {
  credential: Credential;
  hash: Buffer;
}

/** What an unknown id is compared with, so that it takes as long as a known one. */
const nobody = createHash('sha256').update('nobody').digest();

export class Credentials {
  readonly #known = new Map<string, Known>();

  /** Returns the ids whose token is not what it was: those that are gone, and those that have a new one or another role. */
  set(all: Credential[]): string[] {
    const cut: string[] = [];
    const wanted = new Map(all.map((one) => [one.id, one]));
    for (const id of [...this.#known.keys()]) if (!wanted.has(id) && this.remove(id)) cut.push(id);
    for (const one of all) if (this.put(one)) cut.push(one.id);
    return cut;
  }

  /** true: it was known with another token or role. */
  put(credential: Credential): boolean {
    const before = this.#known.get(credential.id)?.credential;
    this.#known.set(credential.id, { credential, hash: Buffer.from(credential.tokenHash, 'hex') });
    return before !== undefined && (before.tokenHash !== credential.tokenHash || before.role !== credential.role);
  }

  /** true: it was known. */
  remove(id: string): boolean {
    return this.#known.delete(id);
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** null: unknown, or a wrong token. */
  check(id: string, token: Uint8Array): Credential | null {
    const known = this.#known.get(id);
    const hash = createHash('sha256').update(token).digest();
    const expected = known?.hash.length === hash.length ? known.hash : nobody;
    return timingSafeEqual(hash, expected) && known !== undefined && expected === known.hash ? known.credential : null;
  }
}
