import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const page = join(import.meta.dirname, '../../../dist/page');
const assets = join(page, 'assets');

/** A script and all that it imports before it runs; what is loaded later (`import(…)`) is not among them. */
function closure(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name] of readFileSync(join(assets, file), 'utf8').matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) closure(name as string, found);
  return found;
}

test('what sign-in, feed and board need is at most 200 kB of scripts, compressed', () => {
  const first = /src="\.?\/assets\/([\w.-]+\.js)"/.exec(readFileSync(join(page, 'index.html'), 'utf8'))?.[1];
  const centre = readdirSync(assets).find((file) => /^CommandCentre-.*\.js$/.test(file));
  if (!first || !centre) throw new Error('the page is not built as expected');
  const scripts = closure(centre, closure(first));
  const bytes = [...scripts].reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).length, 0);
  expect(bytes).toBeLessThanOrEqual(200_000);
  // The map and the charts come later.
  expect([...scripts].filter((file) => /^(engine|draw|maplibre)/.test(file))).toEqual([]);
});

test('no script stands in the page itself: the content security policy would stop it', () => {
  const html = readFileSync(join(page, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
  expect(html).not.toMatch(/\son\w+=/);
});
