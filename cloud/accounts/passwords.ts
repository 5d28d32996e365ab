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

export function checkLength(key: string, password: string): void {
  if (password.length < shortestPassword || password.length > longestPassword)
    throw invalid([{ key, value: '[secret]', allowed: `${shortestPassword} to ${longestPassword} characters` }]);
}

/** OWASP ASVS 5.0, 6.2.4: so many of the most common ones that are long enough are not taken. */
const commonRefused = 3000;
/** 6.1.2: words that are first guessed of this product. */
const ownWords = ['gridwarden'];

let common: Promise<ReadonlySet<string>> | null = null;
/** Read when the first password is set: few processes ever set one. */
async function readCommon(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'].filter((one) => one.length >= shortestPassword).slice(0, commonRefused));
}

/** For what a person chooses: none that is tried first. */
export async function checkPassword(key: string, password: string, username: string): Promise<void> {
  checkLength(key, password);
  common ??= readCommon();
  const word = password.toLowerCase();
  const guessed = [username.toLowerCase(), ...ownWords].some((name) => word.startsWith(name) && /^\d*$/.test(word.slice(name.length)));
  if (guessed || (await common).has(word)) throw invalid([{ key, value: '[secret]', allowed: 'a password that is not among the most common ones, nor a name' }]);
}

/** 256 random bits, as text. */
export const newSecret = (): string => randomBytes(32).toString('base64url');
/** 120 random bits: what a person can type once. */
export const newPassword = (): string => randomBytes(15).toString('base64url');
/** What is stored of a random secret, which needs no slow hash. */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
