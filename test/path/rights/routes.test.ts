import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../kit/product.ts';
import { asks, changing, ending, shows } from './asks.ts';
import { type Asker, Campuses, type Shown, type Side } from './campuses.ts';
import { http, type Row, rowsOf } from './table.ts';

interface Cell {
  asker: Asker;
  side: Side;
  expected: string;
}
const rows = rowsOf(http);
const routeOf = (label: string) => label.replace(/ \(.*$/, '');
const reads = (label: string) => label.startsWith('GET ');
/** It is to do something, and not to be refused. */
const does = (label: string, { expected }: Cell) => !reads(label) && expected.startsWith('2');

describe.each<Shown>(['session', 'API token'])('every route, asked by %s,', (shown) => {
  const campuses = new Campuses();
  let state: Record<string, string>;
  beforeAll(async () => {
    await campuses.open();
    // What has been done has something to follow.
    let same = 0;
    state = await until('nothing moves any more', () => {
      const now = campuses.state();
      same = JSON.stringify(now) === JSON.stringify(state) ? same + 1 : 0;
      state = now;
      return same > 10 && now;
    });
  });
  afterAll(() => campuses.close());

  it('has a row in the table, each with its request, and the table has no other', async () => {
    const { paths } = await campuses.admin.get<{ paths: Record<string, object> }>('/api/openapi.json');
    const served = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    expect([...new Set(rows.map(({ label }) => routeOf(label)))].sort()).toEqual([...served, 'GET /', 'GET /*'].sort());
    expect(Object.keys(asks).sort()).toEqual(rows.map(({ label }) => label).sort());
  });

  function cellsOf({ blocks }: Row): Cell[] {
    const [strangers = [], whole = [], own = [], other = []] = blocks;
    const askers = campuses.askers(shown);
    const first = strangers.length + whole.length;
    const cell = (side: Side, from: number) => (expected: string, i: number) => ({ asker: askers[from + i] as Asker, side, expected });
    return [...strangers.map(cell('own', 0)), ...whole.map(cell('own', strangers.length)), ...own.map(cell('own', first)), ...other.map(cell('secret', first))].filter(
      ({ expected }) => expected !== '–',
    );
  }

  /** What it was answered, as the table writes it, and what is wrong with it besides. */
  async function answered(label: string, { asker, side, expected }: Cell, fresh: boolean): Promise<string> {
    const own = fresh && label === changing ? await campuses.double(asker) : asker;
    const who = own !== asker || (fresh && ending.has(label)) ? await campuses.again(own, shown) : asker;
    const method = label.split(' ')[0] as string;
    const asking = asks[label] as (typeof asks)[string];
    const ask = await asking({ campuses, side, asker: who, fresh });
    const { status, body } = await who.person.ask(method, ask.path, ask.body);
    const text = JSON.stringify(body);
    const wrong: string[] = [];
    const mayKnowAll = who.scope !== null && 'all' in who.scope;
    if (!mayKnowAll) wrong.push(...campuses.leaks(text, `${decodeURIComponent(ask.path)} ${JSON.stringify(ask.body)}`).map((word) => `tells "${word}"`));
    if (typeof body === 'object' && /node_modules|\/dist\/|\n\s+at /.test(text)) wrong.push(`tells of the inside: ${text.slice(0, 300)}`);
    if (text.includes(campuses.cloud.folder)) wrong.push(`tells of the inside: ${text.slice(0, 300)}`);
    const shouldShow = shows[label];
    if (status === 200 && side === 'own' && shouldShow && !text.includes(shouldShow)) wrong.push(`does not show ${shouldShow}`);
    if (status === 404 && side === 'secret') {
      const missing = await asking({ campuses, side: 'missing', asker: who, fresh: false });
      const answer = await who.person.ask(method, missing.path, missing.body);
      if (answer.status !== status || JSON.stringify(answer.body) !== text) wrong.push(`tells it from one that is not there: ${text}, ${JSON.stringify(answer.body)}`);
    }
    const isNil = expected === 'nil' && status === 200 && Object.values(body as object).every((part) => !Array.isArray(part) || part.length === 0);
    return [isNil ? 'nil' : status, ...wrong].join(', ');
  }

  const asTold = (cells: readonly Cell[], told: readonly string[]) => cells.map(({ asker, side }, i) => `${asker.name} of ${side}: ${told[i]}`);
  const asWritten = (cells: readonly Cell[]) =>
    asTold(
      cells,
      cells.map(({ expected }) => expected),
    );

  it.each(rows)('is refused, or only read, as the table says, and leaves everything as it was: $label', async (row) => {
    const cells = cellsOf(row).filter((cell) => !does(row.label, cell));
    const told = await Promise.all(cells.map((cell) => answered(row.label, cell, false)));
    expect(asTold(cells, told)).toEqual(asWritten(cells));
    const before = state;
    state = campuses.state();
    expect(state).toEqual(before);
  });

  it('takes no act from a page of another origin, whoever is signed in there', async () => {
    const asker = campuses.askers(shown).find(({ name }) => name === 'administrator-of-all') as Asker;
    for (const label of Object.keys(asks).filter((one) => !reads(one))) {
      const { path, body } = await (asks[label] as (typeof asks)[string])({ campuses, side: 'own', asker, fresh: false });
      const answer = await fetch(asker.person.base + path, {
        method: label.split(' ')[0] as string,
        headers: { ...asker.person.headers, origin: 'https://evil.example', ...(body instanceof FormData || body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
      expect([label, answer.status, (await answer.json()).type]).toEqual([label, 403, 'urn:gridwarden:problem:foreign-origin']);
    }
    expect(campuses.state()).toEqual(state);
  });

  it('answers HEAD as it answers GET', async () => {
    for (const asker of campuses.askers(shown).slice(0, 4)) {
      for (const label of Object.keys(asks).filter(reads)) {
        const { path } = await (asks[label] as (typeof asks)[string])({ campuses, side: 'own', asker, fresh: false });
        const [head, get] = await Promise.all(['HEAD', 'GET'].map((method) => fetch(asker.person.base + path, { method, headers: asker.person.headers })));
        expect([label, asker.name, head?.status, await head?.text()]).toEqual([label, asker.name, get?.status, '']);
      }
    }
  });

  it.each(rows.filter(({ label }) => !reads(label)))('is done, as the table says: $label', async (row) => {
    const all = cellsOf(row).filter((cell) => does(row.label, cell));
    // What a session may do, a token of the same account may: one of them stands for the rest.
    const cells = shown === 'session' ? all : all.slice(-1);
    const told: string[] = [];
    for (const cell of cells) told.push(await answered(row.label, cell, true));
    expect(asTold(cells, told)).toEqual(asWritten(cells));
  });
});
