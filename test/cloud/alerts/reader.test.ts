import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlertBook, type AlertReader, openAlertReader } from '../../../cloud/alerts/alerts.ts';
import type { Finding } from '../../../cloud/rules/rules.ts';
import type { Scope } from '../../../cloud/scope.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-alerts-'));
let db: Database.Database;
let reader: AlertReader;
const all: Scope = { all: true };
const raise = (n: number): Extract<Finding, { type: 'raise' }> => ({
  type: 'raise',
  target: n % 5 === 4 ? { device: null, agent: `gw-${n}` } : { device: `d-${n}`, agent: null },
  cause: 'tilt',
  severity: 'warning',
  rule: 'r',
  id: `a-${n}`,
  event: null,
  ts: n,
  rx: n,
  value: null,
  limit: null,
  message: { zh: '', en: '' },
  wantsCase: true,
  insists: false,
});

beforeAll(() => {
  db = new Database(join(folder, 'rules.db'));
  db.pragma('journal_mode = WAL');
  const book = new AlertBook(db);
  book.load();
  for (let n = 0; n < 25; n++) book.raise(raise(n), { grid: `g-${n % 3}`, site: n % 2 === 0 ? 'school-1' : null, departments: [`dept-${n % 4}`], agent: 'gw-1', simulated: false });
  book.end({ device: 'd-0', agent: null }, 'tilt', 99);
  db.transaction(() => book.flush())();
  reader = openAlertReader(join(folder, 'rules.db'));
});
afterAll(() => {
  reader.close();
  db.close();
  rmSync(folder, { recursive: true });
});

describe('the list of alerts', () => {
  it('is newest first, in pages that lose and double nothing', () => {
    const ids: string[] = [];
    let cursor: number | undefined;
    do {
      const page = reader.list(all, { limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.total).toBe(25);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(ids).toEqual(Array.from({ length: 25 }, (_, n) => `a-${24 - n}`));
  });
  it('says that nothing follows when the last page is full', () => {
    expect(reader.list(all, { limit: 25 })).toMatchObject({ next: null, total: 25 });
    expect(reader.list(all, { limit: 24 }).next).not.toBeNull();
  });
  it('is filtered by state and device', () => {
    expect(reader.list(all, { limit: 100, state: 'resolved' }).items.map(({ id }) => id)).toEqual(['a-0']);
    expect(reader.list(all, { limit: 100, state: 'open' }).total).toBe(24);
    expect(reader.list(all, { limit: 100, device: 'd-3' }).items.map(({ id }) => id)).toEqual(['a-3']);
  });
  it.each<[string, Scope, (n: number) => boolean]>([
    ['a site', { site: ['school-1'] }, (n) => n % 2 === 0],
    ['grids', { grid: ['g-0', 'g-1'] }, (n) => n % 3 < 2],
    ['a department', { department: ['dept-3'] }, (n) => n % 4 === 3],
  ])('shows %s its own and never an agent', (_what, scope, sees) => {
    const wanted = Array.from({ length: 25 }, (_, n) => 24 - n).filter((n) => n % 5 !== 4 && sees(n));
    const before = structuredClone(scope);
    const { items, total } = reader.list(scope, { limit: 100, device: undefined as never });
    expect(items.map(({ id }) => id)).toEqual(wanted.map((n) => `a-${n}`));
    expect(total).toBe(wanted.length);
    expect(scope).toEqual(before);
    for (let n = 0; n < 25; n++) expect(reader.get(scope, `a-${n}`) !== undefined).toBe(wanted.includes(n));
  });
});
