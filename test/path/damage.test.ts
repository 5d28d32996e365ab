import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud, type Person, publish, until } from '../kit/product.ts';

/** What the disk has changed is told where people look, and is never taken for what was written; `npm run faults` flips bytes everywhere. */
describe('a cloud whose disk has changed', () => {
  const cloud = new Cloud();
  const data = (name: string) => join(cloud.folder, 'data', name);
  let admin: Person;
  let token: string;
  let seq = 0;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    ({ token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' }));
    await admin.post('/api/devices', { id: 'cover-1', kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' });
  });
  afterAll(() => cloud.remove());

  const t0 = Date.now() - 3_600_000;
  async function say(rounds: number): Promise<void> {
    const agent = await cloud.connect('gw-1', token);
    agent.on('error', () => {});
    for (let i = 0; i < rounds; i++, seq++) await publish(agent, 'gw/v1/gw-1/cover-1/telemetry', { boot: 1, seq, ts: t0 + seq, values: { tilt_deg: 1 } });
    await agent.endAsync();
  }
  const isAllThere = async () => (await admin.get(`/api/devices/cover-1/telemetry?metric=tilt_deg&from=${t0}&to=${t0 + seq}`)).series[0]?.ts.length === seq;
  function change(name: string, edit: (bytes: Buffer) => void): void {
    const bytes = readFileSync(data(name));
    edit(bytes);
    writeFileSync(data(name), bytes);
  }
  const problems = async (): Promise<string[]> => (await admin.get('/health')).problems;

  it('in the log of its register mends it, loses nothing behind the damage and says so', async () => {
    for (let n = 0; n < 20; n++) await admin.post('/api/departments', [{ id: `dept-${n}`, name: `Department ${n}` }]);
    await cloud.end('SIGKILL');
    // The checksum of a frame in the middle: its page is well.
    change('desk.db-wal', (bytes) => {
      const frames = Math.floor((bytes.length - 32) / (24 + 4096));
      bytes.writeUInt32BE(7, 32 + Math.floor(frames / 2) * (24 + 4096) + 16);
    });
    await cloud.start();
    expect(await problems()).toEqual([expect.stringMatching(/^.*desk\.db-wal is damaged in frame \d+ of \d+ frames: its checksums were made anew/)]);
    expect((await admin.get('/api/departments')).total).toBe(20);
  });

  it('in the journal sets the file aside, goes on and says so', async () => {
    await say(50);
    await until('all is stored', isAllThere);
    await cloud.end();
    change('journal.db', (bytes) => void bytes.fill(0xff, 32_768, 32_768 + 64));
    await cloud.start();
    expect(await problems()).toEqual([
      expect.stringMatching(/^The journal .*journal\.db was damaged on the disk .* and is kept as .*journal\.db\.damaged-.*; \d+ of its rows could be read and go on\./),
    ]);
    await say(50);
    await until('all is stored', isAllThere);
  });

  it('in a row of its register does not start, and says which', async () => {
    await cloud.end();
    const db = new Database(data('desk.db'));
    // So that no older copy of a row lies in the file.
    db.exec('vacuum');
    db.close();
    const before = readFileSync(data('desk.db'));
    change('desk.db', (bytes) => void bytes.write('deparTment 7', bytes.indexOf('Department 7')));
    cloud.output = '';
    await expect(cloud.start()).rejects.toThrow('the cloud ended with 1');
    const sentence =
      /^.*desk\.db is damaged on the disk: row \d+ of departments is not what was written\. Restore the data folder from a backup \(npm run restore\); it was not used\.$/m;
    expect(cloud.output).toMatch(sentence);
    writeFileSync(data('desk.db'), before);
    await cloud.start();
    expect(await problems()).toEqual([]);
  });
});
