import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acts, may, rolesFor } from '../../cloud/accounts/rights.ts';
import { problems } from '../../cloud/http/problems.ts';
import { parkedReasons } from '../../cloud/ingest/park.ts';
import { settingsTable } from '../../cloud/settings.ts';
import { kinds } from '../../devices/kinds/kinds.ts';
import { goalsOf } from '../bench/report.ts';
import { rows } from '../bench/rows.ts';
import { type Document, openHttp } from '../kit/http.ts';

const top = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(top, 'README.md'), 'utf8');
const { scripts, dependencies } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { scripts: Record<string, string>; dependencies: Record<string, string> };
const sectionOf = (title: string) => readme.split(/^## /m).find((section) => section.startsWith(title)) as string;
/** The cells of each row of a section's tables: of the first, or of the one whose head begins so. */
const rowsOf = (title: string, head = '') => {
  const lines = sectionOf(title).split('\n');
  const from = lines.findIndex((line) => line.startsWith(`| ${head}`));
  const table = lines.slice(from).findIndex((line) => !line.startsWith('|'));
  return lines.slice(from + 2, from + table).map((line) => line.split('|').map((cell) => cell.trim()));
};
/** What stands in it as code. */
const named = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);

describe('the README', () => {
  it('names each command there is, and none that there is not', () => {
    const told = new Set([...sectionOf('Start').matchAll(/npm (?:run )?([a-z]+)/g)].map(([, name]) => name as string));
    told.delete('ci');
    told.delete('run');
    expect([...told].sort()).toEqual(Object.keys(scripts).sort());
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

  it('tells what each kind tells and takes', () => {
    const told = rowsOf('Kinds').map(([, kind, metrics, events = '', commands]) => {
      const effects = events.split(';').flatMap((part) => named(part).map((event) => [event, part.trim().split(/[ :]/)[0]]));
      const args = [...(commands ?? '').matchAll(/`([^`]+)`(?: \(([^)]*)\))?/g)].map(([, command, of]) => [command, named(of)]);
      return { id: named(kind)[0], metrics: named(metrics).sort(), events: Object.fromEntries(effects), commands: Object.fromEntries(args) };
    });
    const words = { raises: 'raised', ends: 'ended', notes: 'noted', recorded: 'recorded' };
    expect(told).toEqual(
      kinds.map(({ id, metrics, events, commands }) => ({
        id,
        metrics: Object.keys(metrics).sort(),
        events: Object.fromEntries(Object.entries(events).map(([event, { effect }]) => [event, words[effect]])),
        commands: Object.fromEntries(Object.entries(commands).map(([command, { args }]) => [command, Object.keys(args)])),
      })),
    );
  });

  it('tells who may do what', () => {
    const told = rowsOf('Roles').flatMap(([, rights, who = '', reach]) => named(rights).map((right) => [right, who.replace(/\(.*?\)/g, '').match(/[a-z]+/g) ?? [], reach]));
    const scoped = { role: 'administrator' as const, scope: { site: ['a'] } };
    const written = acts.map((act) => [act, rolesFor(act).filter((role) => role !== 'administrator'), may(scoped, act) ? 'scope' : 'installation']);
    const byRight = ([a]: unknown[], [b]: unknown[]) => String(a).localeCompare(String(b));
    expect(told.sort(byRight)).toEqual(written.sort(byRight));
  });

  it('tells every route, with the right that it asks for', async () => {
    const kit = await openHttp();
    const { paths } = (await kit.http.app.inject('/api/openapi.json')).json() as Document;
    await kit.close();
    const told = rowsOf('Routes').map(([, path, methods]) => `${named(path)[0]} ${methods?.split(', ').sort().join(', ')}`);
    const served = Object.entries(paths).map(([path, methods]) => {
      const asked = Object.entries(methods).map(([method, operation]) => `${method.toUpperCase()} ${operation['x-may']}`);
      return `${path} ${asked.sort().join(', ')}`;
    });
    expect(told.sort()).toEqual(served.sort());
  }, 60_000);

  it('tells every problem that HTTP answers, and every reason to park a message', () => {
    expect(rowsOf('Errors', 'code | status').map(([, code, status]) => [named(code)[0], Number(status)])).toEqual(
      Object.entries(problems).map(([code, { status }]) => [code, status]),
    );
    const reasons = rowsOf('Errors', 'reason').flatMap(([, reason]) => named(reason));
    expect(reasons.sort()).toEqual(Object.keys(parkedReasons).sort());
  });

  it('tells every error of the cloud and the agent, and what becomes of it', () => {
    const words = { fatal: 'ends', retry: 'again', reject: 'fails' } as const;
    const thrown = new Set<string>();
    for (const folder of ['cloud', 'edge', 'devices'])
      for (const file of readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })) {
        if (!file.endsWith('.ts') || file.startsWith('dashboard')) continue;
        const source = readFileSync(join(top, folder, file), 'utf8');
        for (const [, next, code] of source.matchAll(/\b(?:super\(\s*')?(retry|reject|fatal)(?:\(|(?<=super\(\s*'\w+)',)\s*'([a-z-]+)'/g))
          thrown.add(`${code} ${words[next as 'fatal']}`);
      }
    // Made by its share of a batch, not by name.
    for (const code of ['journal-full', 'journal-disk']) thrown.add(`${code} ${words.retry}`);
    const told = rowsOf('Errors', 'code | then').flatMap(([, codes, next]) => named(codes).map((code) => `${code} ${next}`));
    expect(told.sort()).toEqual([...thrown].sort());
  });

  it('tells every row of the benchmarks, and what it is to reach', () => {
    const told = rowsOf('Speed').map(([, id, , reach]) => [...named(id), reach]);
    expect(told).toEqual(rows.map((row) => [row.id, goalsOf(row)]));
  });

  it('names for each line on security a test that is there', () => {
    const lines = rowsOf('Security');
    expect(lines.length).toBeGreaterThan(20);
    for (const [, asked, , held = ''] of lines) {
      const tests = [...held.matchAll(/`(test\/[^`]+)`: ([^;]+)/g)];
      expect([asked, tests.length > 0]).toEqual([asked, true]);
      for (const [, file, name] of tests) {
        const titles = [...readFileSync(join(top, file as string), 'utf8').matchAll(/\b(?:it|test)(?:\.each[\s\S]*?\))?\(\s*(['"`])((?:\\.|(?!\1)[\s\S])*)\1/g)].map(
          ([, , title]) => title,
        );
        expect(titles, `${file}: ${name}`).toContainEqual(expect.stringContaining((name as string).trim()));
      }
    }
  });
});
