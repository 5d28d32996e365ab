import type { zh } from './zh.ts';

/** The name of a text. A misspelt one does not compile. */
export type Key = keyof typeof zh;
export type Language = 'zh' | 'en';
