/** Passwords and other secrets: how they are made, stored and compared. */
import { createHash, randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { invalid } from '../refusal.ts';

/** NIST SP 800-63B, 5.1.1.1: at least 8, no rules of composition. */
export const shortestPassword = 8;
export const longestPassword = 256;

/** argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), which are the library's own. Runs off the main thread. */
export const hashPassword = (password: string): Promise<string> => hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });

let nobody: Promise<string> | null = null;

/** False for an account that does not exist, too, after the same time: an answer's delay tells nobody which names exist. */
export async function isPassword(stored: string | undefined, password: string): Promise<boolean> {
  if (password.length > longestPassword) return false;
  nobody ??= hashPassword(newSecret());
  const matches = await verify(stored ?? (await nobody), password);
  return stored !== undefined && matches;
}

export function checkPassword(key: string, password: string): void {
  if (password.length < shortestPassword || password.length > longestPassword)
    throw invalid([{ key, value: '[secret]', allowed: `${shortestPassword} to ${longestPassword} characters` }]);
}

/** 256 random bits, as text. */
export const newSecret = (): string => randomBytes(32).toString('base64url');
/** 120 random bits: what a person can type once. */
export const newPassword = (): string => randomBytes(15).toString('base64url');
/** What is stored of a random secret, which needs no slow hash. */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
