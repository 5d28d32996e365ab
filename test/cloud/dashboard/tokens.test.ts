import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../cloud/dashboard');
const css = readFileSync(join(folder, 'tokens.css'), 'utf8');

function theme(name: 'dark' | 'light'): Record<string, string> {
  const block = new RegExp(`:root\\[data-theme="${name}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return Object.fromEntries([...block.matchAll(/--(\w+):\s*(#[0-9a-f]{6});/gi)].map(([, token, color]) => [token as string, color as string]));
}
/** WCAG 2.x relative luminance. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const surfaces = ['app', 'panel', 'raised', 'selected'];
const text = 4.5;
const graphic = 3;
const onSurfaces: [string, number][] = [
  ['text1', text],
  ['text2', text],
  ['text3', text],
  ['control', graphic],
  ['accent', text],
  ['focus', graphic],
  ['critical', text],
  ['warning', text],
  ['warningGraphic', graphic],
  ['info', text],
  ['good', text],
  ['notReal', text],
];
const pairs: [string, string, number][] = [
  ['onAccent', 'accent', text],
  ['onCritical', 'criticalFill', text],
  ['onWarning', 'warningFill', text],
  ['onNotReal', 'notRealFill', text],
  ['mapNumber', 'mapCluster', text],
  ['text1', 'critRow', text],
  ['text2', 'critRow', text],
  ['text1', 'hover', text],
  ['text2', 'hover', text],
  ['text3', 'hover', text],
  ['text1', 'inset', text],
  ['text2', 'inset', text],
];

describe.each(['dark', 'light'] as const)('in the %s theme', (name) => {
  const tokens = theme(name);
  const color = (token: string): string => {
    const found = tokens[token];
    if (!found) throw new Error(`${name} has no --${token}`);
    return found;
  };
  test.each(onSurfaces)('%s is read on every surface (at least %d)', (token, least) => {
    const worst = Math.min(...surfaces.map((surface) => contrast(color(token), color(surface))));
    expect(worst).toBeGreaterThanOrEqual(least);
  });
  test.each(pairs)('%s is read on %s (at least %d)', (on, under, least) => {
    expect(contrast(color(on), color(under))).toBeGreaterThanOrEqual(least);
  });
});

test('both themes name the same tokens', () => {
  expect(Object.keys(theme('light')).sort()).toEqual(Object.keys(theme('dark')).sort());
});

test('the ratio of the formula is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

const sources = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => /\.(svelte|ts|css)$/.test(file) && file !== 'tokens.css');
test('no raw colour stands outside the token file', () => {
  const found: string[] = [];
  for (const file of sources) {
    for (const [i, line] of readFileSync(join(folder, file), 'utf8').split('\n').entries())
      if (/#[0-9a-f]{3,8}\b(?=['";,\s)])|\b(?:rgb|rgba|hsl)\(/i.test(line) && !/\{#|href=|#\//.test(line)) found.push(`${file}:${i + 1} ${line.trim()}`);
  }
  expect(found).toEqual([]);
});

test('every colour that is used is a token', () => {
  const known = new Set([...[...css.matchAll(/--(\w+):/g)].map(([, token]) => token as string), 'font', 'mono', 'xs', 'sm', 'md', 'lg', 'xl', '2xl', 'press', 'slide']);
  const unknown = new Set<string>();
  for (const file of sources) {
    const content = readFileSync(join(folder, file), 'utf8');
    const own = new Set([...content.matchAll(/--([\w-]+)(?:=|:)/g)].map(([, token]) => token as string));
    for (const [, token] of content.matchAll(/var\(--([\w-]+)/g)) if (token && !known.has(token) && !own.has(token) && !token.startsWith('bits-')) unknown.add(`${file}: ${token}`);
  }
  expect([...unknown]).toEqual([]);
});
