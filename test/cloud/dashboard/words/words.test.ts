import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from '../../../../cloud/dashboard/words/en.ts';
import { zh } from '../../../../cloud/dashboard/words/zh.ts';

const folder = join(import.meta.dirname, '../../../../cloud/dashboard');
const keys = Object.keys(zh) as (keyof typeof zh)[];
const holes = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name as string).sort();

test('every text stands in both languages, and neither is empty', () => {
  expect(Object.keys(en).sort()).toEqual([...keys].sort());
  const empty = keys.filter((key) => zh[key].trim() === '' || en[key].trim() === '');
  expect(empty).toEqual([]);
});

test('both languages fill in the same things', () => {
  const differing = keys.filter((key) => holes(zh[key]).join() !== holes(en[key]).join());
  expect(differing).toEqual([]);
});

test('the Chinese is Chinese, with full-width signs; the English holds no Chinese', () => {
  const halfWidth = keys.filter((key) => /[\u4e00-\u9fff][,;:!?()]|[,;!?()][\u4e00-\u9fff]/.test(zh[key].replaceAll(/\{\{\w+\}\}/g, '')));
  expect(halfWidth).toEqual([]);
  const chinese = keys.filter((key) => /[\u4e00-\u9fff]/.test(en[key]));
  expect(chinese).toEqual([]);
});

test('every key that a component names exists (types hold it; a key in quotes elsewhere is caught here), and every text is used', () => {
  const sources = (readdirSync(folder, { recursive: true }) as string[]).filter(
    (file) => /\.(svelte|ts)$/.test(file) && !file.startsWith('words/zh') && !file.startsWith('words/en'),
  );
  const all = sources.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  // Families put together at run time: t(`stage.${…}`) and word('stage', …).
  const families = [...all.matchAll(/t\(\s*`([\w.]+\.)\$\{/g), ...all.matchAll(/word\(\s*'(\w+)'/g)].map(([, family]) =>
    (family as string).endsWith('.') ? (family as string) : `${family}.`,
  );
  const unused = keys.filter(
    (key) => !all.includes(`'${key}'`) && !all.includes(`"${key}"`) && !families.some((family) => key.startsWith(family)) && !/^(action|history)\./.test(key),
  );
  expect(unused).toEqual([]);
});
