import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtPage, firstScripts } from '../../kit/page-weight.ts';

test('what sign-in, feed and board need is at most 200 kB of scripts, compressed', () => {
  const { scripts, bytes } = firstScripts();
  expect(bytes).toBeLessThanOrEqual(200_000);
  // The map and the charts come later.
  expect(scripts.filter((file) => /^(engine|draw|maplibre)/.test(file))).toEqual([]);
});

test('no script stands in the page itself: the content security policy would stop it', () => {
  const html = readFileSync(join(builtPage, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
  expect(html).not.toMatch(/\son\w+=/);
});
