import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../../edge/outbox/store.ts';

describe('the outbox’s file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gw-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const bytesOnDisk = () => ['outbox.db', 'outbox.db-wal'].reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  const open = (maxMb = 1) => new SqliteStore({ folder, maxMb, now: 1_764_000_000_000 });

  it('stays within its bound on disk, log included, however much telemetry comes', () => {
    const store = open(1);
    let seq = 0;
    let largest = 0;
    for (let round = 0; round < 200; round++) {
      store.commit([{ readings: Array.from({ length: 200 }, () => ({ device: `d${seq % 7}`, body: JSON.stringify({ seq: seq++, pad: 'x'.repeat(180) }) })) }]);
      largest = Math.max(largest, bytesOnDisk());
    }
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
    expect(store.stats()).toEqual({ waiting: expect.any(Number), dropped: expect.any(Number) });
    expect(store.stats().waiting + store.stats().dropped).toBe(40_000);
    expect(store.stats().waiting).toBeGreaterThan(2000);
    store.close();
  });

  it('does not drop what is on its way', () => {
    const store = open(1);
    store.commit([{ readings: [{ device: 'a', body: '{"seq":0}' }] }]);
    const [parcel] = store.take({ publishes: 1, telemetry: true });
    for (let round = 0; round < 30; round++)
      store.commit([{ readings: Array.from({ length: 200 }, (_, i) => ({ device: 'b', body: `{"seq":${i},"pad":"${'x'.repeat(200)}"}` })) }]);
    expect(store.stats().dropped).toBeGreaterThan(1000);
    const before = store.stats();
    store.commit([], [parcel?.key as number]);
    expect(store.stats()).toEqual({ waiting: before.waiting - 1, dropped: before.dropped });
    store.close();
  });

  it('counts readings that were lost before they came here', () => {
    const store = open();
    store.commit([], [], 12);
    store.close();
    const again = open();
    expect(again.stats().dropped).toBe(12);
    again.close();
  });

  it('keeps the youngest commands only', () => {
    const store = open(1);
    for (let i = 0; i < 700; i++) store.commit([{ commands: [{ id: `C${i}`, reply: '{}' }] }]);
    expect(store.command('C100')).toBeNull();
    expect(store.command('C699')).toEqual({ id: 'C699', reply: '{}' });
    store.close();
  });

  it('is refused when a newer version wrote it', () => {
    open().close();
    const db = new Database(join(folder, 'outbox.db'));
    db.pragma('user_version = 99');
    db.close();
    expect(() => open()).toThrow(`data folder ${folder} was written by a newer version (schema 99, this program knows 1)`);
  });

  it('is for its owner’s eyes alone', () => {
    const store = open();
    expect(statSync(join(folder, 'outbox.db')).mode & 0o777).toBe(0o600);
    store.close();
  });
});
