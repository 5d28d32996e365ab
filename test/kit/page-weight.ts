/** The built page as a browser loads it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

export const builtPage = resolve(import.meta.dirname, '../../dist/page');
const assets = join(builtPage, 'assets');

/** A script and all that it imports before it runs; what is loaded later (`import(…)`) is not among them. */
function closure(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name] of readFileSync(join(assets, file), 'utf8').matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) closure(name as string, found);
  return found;
}

/** What sign-in, feed and board need: their scripts, and how many bytes these are, compressed. */
export function firstScripts(): { scripts: string[]; bytes: number } {
  const first = /src="\.?\/assets\/([\w.-]+\.js)"/.exec(readFileSync(join(builtPage, 'index.html'), 'utf8'))?.[1];
  const centre = readdirSync(assets).find((file) => /^CommandCentre-.*\.js$/.test(file));
  if (!first || !centre) throw new Error('the page is not built as expected');
  const scripts = [...closure(centre, closure(first))];
  return { scripts, bytes: scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).length, 0) };
}
