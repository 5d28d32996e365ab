import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const top = resolve(import.meta.dirname, '../..');

function filesBelow(folder: string): string[] {
  return readdirSync(join(top, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (statSync(join(top, path)).isDirectory()) return filesBelow(path);
    return /\.(ts|svelte)$/.test(name) ? [path] : [];
  });
}

const sources = ['devices', 'edge', 'cloud', 'simulators'].flatMap(filesBelow);

/** What a file imports: ours as paths from the top, others by name. `type`: the type alone, gone after the build. */
function importsOf(file: string): { ours: { path: string; type: boolean }[]; others: string[] } {
  const text = readFileSync(join(top, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const ours: { path: string; type: boolean }[] = [];
  const others: string[] = [];
  for (const [, type, from] of text.matchAll(/(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/g)) take(from as string, type !== undefined);
  for (const [, from] of text.matchAll(/import\(\s*'([^']+)'\s*\)/g)) take(from as string, false);
  for (const [, from] of text.matchAll(/(?:^|\n)\s*import\s+'([^']+)'/g)) take(from as string, false);
  return { ours, others };
  function take(from: string, type: boolean) {
    if (from.startsWith('.')) ours.push({ path: relative(top, resolve(top, dirname(file), from.split('?')[0] as string)), type });
    else if (!from.startsWith('node:'))
      others.push(
        from
          .split('/')
          .slice(0, from.startsWith('@') ? 2 : 1)
          .join('/'),
      );
  }
}

/** The part of the house a file stands in: `edge`, or a room of the cloud such as `cloud/rules`; `cloud` for its top. */
function partOf(path: string): string {
  const [first, second, third] = path.split('/');
  return first === 'cloud' && third !== undefined ? `cloud/${second}` : (first as string);
}

/**
 * Who may import whom, beside itself and devices/: the path of a reading from left to right, each stage knowing only what comes before it.
 * `cloud` is its top: app.ts composes everything, scope.ts, refusal.ts and listening.ts are words that every stage shares.
 */
const shared = ['cloud/health.ts', 'cloud/scope.ts', 'cloud/refusal.ts', 'cloud/civil-time.ts', 'cloud/listening.ts', 'cloud/byte-cache.ts', 'cloud/hops.ts', 'cloud/turns.ts'];
const allowed: Record<string, string[]> = {
  devices: [],
  edge: [],
  simulators: [],
  'cloud/journal': [],
  'cloud/broker': ['cloud/journal'],
  'cloud/ingest': [],
  'cloud/telemetry': ['cloud/ingest', 'cloud/journal'],
  'cloud/rules': ['cloud/ingest'],
  'cloud/alerts': ['cloud/rules'],
  'cloud/desk': ['cloud/ingest'],
  'cloud/accounts': ['cloud/desk'],
  'cloud/register': ['cloud/desk', 'cloud/accounts', 'cloud/ingest', 'cloud/rules'],
  'cloud/photos': ['cloud/desk', 'cloud/accounts'],
  'cloud/cases': ['cloud/desk', 'cloud/accounts', 'cloud/register', 'cloud/alerts', 'cloud/photos', 'cloud/ingest'],
  'cloud/commands': ['cloud/desk', 'cloud/accounts', 'cloud/register', 'cloud/ingest', 'cloud/photos'],
  'cloud/live': ['cloud/desk', 'cloud/accounts', 'cloud/register', 'cloud/alerts', 'cloud/cases'],
  'cloud/http': [
    'cloud/desk',
    'cloud/accounts',
    'cloud/register',
    'cloud/alerts',
    'cloud/cases',
    'cloud/photos',
    'cloud/commands',
    'cloud/rules',
    'cloud/telemetry',
    'cloud/live',
    'cloud/ingest',
  ],
  'cloud/inspection': [],
  'cloud/backup': ['cloud/inspection'],
  'cloud/dashboard': ['cloud/register', 'cloud/alerts', 'cloud/cases', 'cloud/rules', 'cloud/accounts', 'cloud/http', 'cloud/threads'],
};
/** Composition roots: a process, its threads. */
const roots = ['cloud', 'cloud/threads'];
/** Words of the threads' door that any stage of the cloud may use as types. */
const typesOfAll = ['cloud/threads/threads.ts'];

describe('the house', () => {
  it('is imported in the direction of the path, never back', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const part = partOf(file);
      for (const { path, type } of importsOf(file).ours) {
        const other = partOf(path);
        if (other === part || other === 'devices') continue;
        if (roots.includes(part) && other.startsWith('cloud')) continue;
        if (part.startsWith('cloud/') && shared.includes(path)) continue;
        if (part.startsWith('cloud/') && type && typesOfAll.includes(path)) continue;
        if (allowed[part]?.includes(other)) continue;
        wrong.push(`${file} imports ${path}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is entered by its doors: outsiders import the file with the folder’s name', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const part = partOf(file);
      for (const { path } of importsOf(file).ours) {
        const other = partOf(path);
        if (other === part || roots.includes(part) || roots.includes(other) || other === 'devices') continue;
        const name = other.split('/').at(-1);
        if (path !== `${other}/${name}.ts`) wrong.push(`${file} imports ${path}, not ${other}/${name}.ts`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['aedes', ['cloud/broker']],
    ['mqtt', ['edge/uplink', 'simulators']],
    ['mqtt-packet', ['cloud/broker', 'edge/uplink']],
    ['socket.io', ['cloud/live']],
    ['fastify', ['cloud/http']],
    ['@influxdata/influxdb-client', ['cloud/telemetry']],
    ['influx', ['cloud/telemetry']],
    ['sharp', ['cloud/photos', 'edge/drivers', 'simulators']],
    ['@node-rs/argon2', ['cloud/accounts']],
  ])('keeps %s in one place', (name, places) => {
    const elsewhere = sources.filter((file) => importsOf(file).others.includes(name) && !places.some((place) => file.startsWith(`${place}/`)));
    expect(elsewhere).toEqual([]);
  });

  it('has one seed for all tests by properties: they take fast-check from the kit', () => {
    const others = filesBelow('test').filter((file) => file !== 'test/kit/fuzz.ts' && importsOf(file).others.includes('fast-check'));
    expect(others).toEqual([]);
  });

  it('has no drawer that collects anything', () => {
    expect(sources.filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager|types)(\.ts|\/)/.test(file))).toEqual([]);
  });

  it('has rooms that hold one idea: no source file is longer than 350 lines', () => {
    const long = sources.map((file) => [file, readFileSync(join(top, file), 'utf8').split('\n').length] as const).filter(([, lines]) => lines > 350);
    expect(long).toEqual([]);
  });
});
