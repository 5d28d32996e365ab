import { frame } from './en/frame.ts';
import { things } from './en/things.ts';
import type { Key } from './key.ts';

/** Every word of the page in English. */
export const en: Record<Key, string> = { ...frame, ...things };
