import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Parcel } from '../../../edge/outbox/outbox.ts';
import { SqliteStore } from '../../../edge/outbox/store.ts';
import { patience, runs, seed } from '../../kit/fuzz.ts';
import { seeded } from '../../kit/line.ts';

const now = 1_764_000_000_000;
const readings = 300;
const events = 20;
const pageBytes = 4096;
const readingOf = (n: number) => JSON.stringify({ boot: 1, seq: n, ts: now + n, values: { tilt_deg: n / 10 } });
const eventOf = (n: number) => JSON.stringify({ id: `EVENT-${n}`, boot: 1, seq: n, ts: now + n, kind: 'tilt' });

/** An agent's outbox that was killed, half of it in its log, and what the disk has changed in it: what is sent is what was said, the rest is given up and told. */
describe('an outbox that the disk has damaged', () => {
  const root = mkdtempSync(join(tmpdir(), 'gw-outbox-'));
  const folder = join(root, 'crashed');
  const file = join(folder, 'outbox.db');
  const image: Record<'main' | 'log', Buffer> = { main: Buffer.alloc(0), log: Buffer.alloc(0) };
  /** As an orderly end left it. */
  let closed: Buffer;
  const open = () => new SqliteStore({ folder, maxMb: 16, now });

  beforeAll(() => {
    const one = join(root, 'running');
    const say = (store: SqliteStore, from: number, to: number) => {
      for (let n = from; n < to; n++) {
        const urgent = n % (readings / events) === 0 ? [{ device: 'd', what: 'event' as const, body: eventOf(n) }] : [];
        store.commit([{ readings: [{ device: `d${n % 7}`, body: readingOf(n) }], urgent, state: [[`key-${n % 50}`, `value ${n}`]], commands: [{ id: `C${n}`, reply: '{}' }] }]);
      }
    };
    const before = new SqliteStore({ folder: one, maxMb: 16, now });
    say(before, 0, readings / 2);
    before.close();
    closed = readFileSync(join(one, 'outbox.db'));
    const store = new SqliteStore({ folder: one, maxMb: 16, now });
    say(store, readings / 2, readings);
    image.main = readFileSync(join(one, 'outbox.db'));
    image.log = readFileSync(join(one, 'outbox.db-wal'));
    store.close();
  });
  beforeEach(() => {
    crashed(image);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  function crashed({ main, log }: Record<'main' | 'log', Buffer>): void {
    rmSync(folder, { recursive: true, force: true });
    const store = new SqliteStore({ folder, maxMb: 16, now });
    store.close();
    writeFileSync(file, main);
    writeFileSync(`${file}-wal`, log);
  }
  function takeAll(store: SqliteStore): string[] {
    const bodies: string[] = [];
    for (let parcels: Parcel[] = store.take({ publishes: 10, telemetry: true }); parcels.length > 0; parcels = store.take({ publishes: 10, telemetry: true }))
      for (const parcel of parcels) bodies.push(...('urgent' in parcel ? [parcel.urgent.body] : parcel.readings.map(({ body }) => body)));
    return bodies;
  }
  const said = new Set([...Array.from({ length: readings }, (_, n) => readingOf(n)), ...Array.from({ length: events }, (_, i) => eventOf((i * readings) / events))]);
  const asides = () => readdirSync(folder).filter((name) => name.includes('damaged'));

  it('by nothing, tells all', () => {
    const store = open();
    expect(new Set(takeAll(store))).toEqual(said);
    expect(store.takeDamage()).toEqual([]);
    expect(store.beginning.state.get('key-49')).toBe(`value ${readings - 1}`);
    store.close();
  });

  it('in a reading, gives that one up, counts it as dropped and says so', () => {
    const main = Buffer.from(closed);
    // Room that is free keeps older copies of a row.
    for (let at = main.indexOf('"seq":37,'); at >= 0; at = main.indexOf('"seq":37,')) main.write('8', at + 6);
    crashed({ main, log: Buffer.alloc(0) });
    const store = open();
    const sent = takeAll(store);
    expect(sent.every((body) => said.has(body))).toBe(true);
    expect(sent).not.toContain(readingOf(37));
    expect(store.takeDamage()).toEqual([expect.stringMatching(/^1 rows of telemetry in .*outbox\.db were changed by the disk and are lost$/)]);
    expect(store.stats().dropped).toBe(1);
    store.close();
    const again = open();
    expect([again.stats().dropped, again.takeDamage()]).toEqual([1, []]);
    again.close();
  });

  it('while the agent runs, does not send what was changed', () => {
    rmSync(folder, { recursive: true });
    const store = open();
    // More than it keeps in memory.
    const bodyOf = (n: number) => JSON.stringify({ seq: n, pad: `${n}-`.repeat(300) });
    for (let n = 0; n < 3000; n++)
      store.commit([{ readings: [{ device: 'd', body: bodyOf(n) }], ...(n === 50 ? { urgent: [{ device: 'd', what: 'event', body: 'an event that is changed' }] } : {}) }]);
    const handle = openSync(file, 'r+');
    const bytes = readFileSync(file);
    writeSync(handle, '999', bytes.indexOf('{"seq":120,') + 7);
    writeSync(handle, 'A', bytes.indexOf('an event that is changed'));
    closeSync(handle);
    const sent = takeAll(store);
    expect(sent).toHaveLength(2999);
    expect(sent.every((body) => body === bodyOf(JSON.parse(body).seq))).toBe(true);
    expect(store.takeDamage()).toEqual([
      expect.stringMatching(/^row \d+ of urgent in the outbox was changed by the disk and is lost$/),
      expect.stringMatching(/^row \d+ of telemetry in the outbox was changed by the disk and is lost$/),
    ]);
    expect(store.stats()).toEqual({ waiting: 2999, dropped: 1 });
    store.close();
  });

  it.each([
    ['a page that SQLite cannot read', (main: Buffer) => void main.fill(0xff, 5 * pageBytes, 5 * pageBytes + 64)],
    ['its head', (main: Buffer) => void main.fill(0xff, 0, 16)],
    ['a piece cut off', (main: Buffer) => main.subarray(0, 9 * pageBytes)],
  ])('in %s, is kept aside, and the agent goes on with what can be read', (_what, change) => {
    const main = Buffer.from(closed);
    crashed({ main: change(main) ?? main, log: Buffer.alloc(0) });
    const store = open();
    expect(asides()).toHaveLength(1);
    expect(store.takeDamage()[0]).toBe(`${file} was damaged on the disk and is kept as ${join(folder, asides()[0] as string)}; what could be read of it goes on, the rest is lost`);
    expect(takeAll(store).every((body) => said.has(body))).toBe(true);
    store.commit([{ readings: [{ device: 'd1', body: readingOf(1) }] }]);
    store.close();
    const again = open();
    expect(again.takeDamage()).toEqual([]);
    again.close();
  });

  it(
    'anywhere, sends nothing that was not said, and says what it gives up',
    () => {
      const random = seeded(seed);
      const outcomes = new Map<string, number>();
      for (let i = 0; i < runs(40).numRuns; i++) {
        const which = random() < 0.6 ? 'main' : 'log';
        const at = Math.floor(random() * image[which].length);
        // The pages' own heads are a small part, and matter most.
        const place = (random() < 0.5 ? at : at - (at % pageBytes) + Math.floor(random() * 150)) % image[which].length;
        const files = { main: Buffer.from(image.main), log: Buffer.from(image.log) };
        files[which][place]! ^= 1 + Math.floor(random() * 255);
        crashed(files);
        const store = open();
        const sent = takeAll(store);
        const damage = store.takeDamage();
        const what = `byte ${place} of ${which}`;
        expect([what, sent.filter((body) => !said.has(body))]).toEqual([what, []]);
        expect([what, new Set(sent).size]).toEqual([what, sent.length]);
        if (sent.length < said.size) expect([what, damage.length > 0]).toEqual([what, true]);
        for (const [key, value] of store.beginning.state) if (key.startsWith('key-')) expect([what, value]).toEqual([what, expect.stringMatching(/^value \d+$/)]);
        store.close();
        const outcome = asides().some((name) => !name.includes('-wal')) ? 'kept aside' : sent.length < said.size ? 'given up' : damage.length > 0 ? 'mended' : 'harmless';
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      console.log(`FC_SEED=${seed}: ${[...outcomes].map(([name, n]) => `${name} ${n}`).join(', ')}`);
    },
    patience(60),
  );

  it('is claimed before it is mended: another process has it', () => {
    const store = open();
    copyFileSync(file, join(root, 'copy'));
    expect(() => open()).toThrow(expect.objectContaining({ next: 'fatal', code: 'data-in-use' }));
    expect(existsSync(`${file}-wal`)).toBe(true);
    store.close();
  });
});
