import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(top, path), 'utf8');

it('the README’s table of MQTT 3.1.1 is what the tests over raw bytes are called, line by line', () => {
  const section = read('README.md')
    .split(/^## /m)
    .find((part) => part.startsWith('MQTT 3.1.1')) as string;
  const told = [...section.matchAll(/^\| (.*) \| (.*) \|$/gm)].slice(1).map(([, what, here]) => [what, here]);
  const held = [...read('test/cloud/broker/mqtt-3.1.1.test.ts').matchAll(/^line\(\s*'([^']*)',\s*'([^']*)',/gm)].map(([, what, here]) => [what, here]);
  expect(told.length).toBeGreaterThan(30);
  expect(told).toEqual(held);
});
