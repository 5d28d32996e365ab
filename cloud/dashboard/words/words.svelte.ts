import i18next from 'i18next';
import { preferences } from '../app/preferences.svelte.ts';
import { en } from './en.ts';
import type { Key } from './key.ts';
import { zh } from './zh.ts';

/** Texts go into the page as text nodes, so nothing is escaped here. */
const ready = i18next.init({
  lng: 'zh',
  fallbackLng: false,
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  resources: { zh: { translation: zh }, en: { translation: en } },
  initAsync: false,
});
export const wordsReady = ready;

const inLanguage = { zh: i18next.getFixedT('zh'), en: i18next.getFixedT('en') };

/** The text of a key in the person's language; a component that calls it follows a change of language. */
export function t(key: Key, fill?: Record<string, string | number>): string {
  return inLanguage[preferences.language](key, fill ?? {});
}

/** A text pair (a kind's label, an alert's message) in the person's language. A plain string is taken as it is. */
export function pick(text: { zh: string; en: string } | string | null | undefined): string {
  if (text === null || text === undefined) return '';
  return typeof text === 'string' ? text : text[preferences.language] || text.zh || text.en;
}

/** A word whose key is put together from what the cloud sent (`stage.` + stage); unknown ones are shown as sent, never hidden. */
export function word(group: string, name: string): string {
  const key = `${group}.${name}`;
  return key in zh ? t(key as Key) : name;
}
