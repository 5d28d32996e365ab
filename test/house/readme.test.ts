import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingsTable } from '../../cloud/settings.ts';

const top = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(top, 'README.md'), 'utf8');
const { scripts, dependencies } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { scripts: Record<string, string>; dependencies: Record<string, string> };
const sectionOf = (title: string) => readme.split(/^## /m).find((section) => section.startsWith(title)) as string;
/** The cells of each row of a table. */
const rowsOf = (title: string) =>
  sectionOf(title)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the README', () => {
  it('names each command there is, and none that there is not', () => {
    const named = new Set([...sectionOf('Start').matchAll(/npm (?:run )?([a-z]+)/g)].map(([, name]) => name as string));
    named.delete('ci');
    named.delete('run');
    expect([...named].sort()).toEqual(Object.keys(scripts).sort());
  });

  it('tells the settings that the product reads, each with its default', () => {
    const told = new Map(
      rowsOf('Settings').flatMap(([, names, fallback]) => [...(names as string).matchAll(/GW_\w+/g)].map(([name]) => [name, (fallback as string).replaceAll('`', '')] as const)),
    );
    const later = new Set(
      [
        ...(
          sectionOf('Settings')
            .split('\n')
            .findLast((line) => line.includes('reserved')) as string
        ).matchAll(/GW_\w+/g),
      ].map(([name]) => name),
    );
    for (const [name, setting] of Object.entries(settingsTable))
      if (setting.allowed.startsWith('nothing yet')) expect([...later], name).toContain(name);
      else expect(told.get(name), name).toBe(setting.fallback === null ? 'unset' : String(setting.fallback));
    expect(told.size + later.size).toBe(Object.keys(settingsTable).length);
  });

  it('gives a reason for each dependency', () => {
    const table = rowsOf('Dependencies')
      .map(([, , choice]) => choice)
      .join(' ');
    const missing = Object.keys(dependencies).filter((name) => !table.includes(name.replace(/^@fastify\//, '').replace(/^type-provider-/, '')));
    expect(missing).toEqual([]);
  });
});
