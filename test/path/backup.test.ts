import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUlid } from '../../devices/ids.ts';
import { LedgerSender } from '../kit/ledger.ts';
import { Cloud, type Person, publish, until } from '../kit/product.ts';

const program = resolve(import.meta.dirname, '../../dist/cloud/backup.js');
const covers = Array.from({ length: 10 }, (_, i) => `cover-${i}`);

function run(...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said += data;
    });
  return new Promise((done) => child.once('exit', (code) => done({ code, said })));
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(file, bytes);
}

describe('a backup of a running cloud', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-backup-'));
  const cloud = new Cloud();
  let restored: Cloud | null = null;
  let admin: Person;
  let token: string;
  const t0 = Date.now() - 3_600_000;
  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    ({ token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' }));
    await admin.post(
      '/api/devices',
      covers.map((id) => ({ id, kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' })),
    );
  });
  afterAll(async () => {
    await cloud.remove();
    await restored?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('taken under load holds, brought back elsewhere, all that was acknowledged before it began, and goes on', async () => {
    const sender = new LedgerSender(cloud, 'gw-1', token);
    const sent: { device: string; ts: number }[] = [];
    let finished = false;
    let acting = true;
    const running = sender.run(() => finished);
    const speaking = (async () => {
      for (let round = 0; !finished; round++) {
        for (const device of covers) {
          sender.say(`gw/v1/gw-1/${device}/telemetry`, { boot: 1, seq: round, ts: t0 + round * 10, values: { tilt_deg: 1, battery_v: 3.6 } });
          sent.push({ device, ts: t0 + round * 10 });
        }
        await until('the sender keeps up', () => sender.waiting < 200);
      }
    })();
    const numbers: string[] = [];
    const people = (async () => {
      for (let n = 0; acting; n++) {
        const { id, number } = await admin.post('/api/cases', { category: 'manhole-cover', text: `case ${n}`, device: covers[n % covers.length] });
        const form = new FormData();
        form.set('role', 'before');
        form.set(
          'file',
          new Blob(
            [
              new Uint8Array(
                await sharp({ create: { width: 32, height: 32, channels: 3, background: { r: n % 256, g: 9, b: 9 } } })
                  .jpeg()
                  .toBuffer(),
              ),
            ],
            { type: 'image/jpeg' },
          ),
          'a.jpg',
        );
        await admin.post(`/api/cases/${id}/photos`, form);
        numbers.push(number);
      }
    })();
    await until('the load is under way', () => sender.acknowledged > 1000 && numbers.length > 5, 60_000);
    const before = { readings: sent.slice(0, sender.acknowledged), cases: [...numbers] };
    const copy = join(folder, 'copy');
    const { code, said } = await run('backup', '--data-dir', join(cloud.folder, 'data'), '--to', copy);
    expect([code, said]).toEqual([0, expect.stringMatching(/^\d+ files, [\d.]+ MB: the state of 20/)]);
    acting = false;
    await people;
    finished = true;
    await Promise.all([speaking, running]);

    restored = new Cloud({}, mkdtempSync(join(tmpdir(), 'gw-restored-')));
    expect((await run('restore', '--from', copy, '--data-dir', join(restored.folder, 'data'))).code).toBe(0);
    await restored.start();
    const person = await restored.signIn();
    for (const device of covers) {
      const wanted = before.readings.filter((one) => one.device === device).map(({ ts }) => ts);
      await until(`all of ${device} is there`, async () => {
        const ts: number[] = (await person.get(`/api/devices/${device}/telemetry?metric=tilt_deg&from=${t0}&to=${Date.now()}`)).series[0]?.ts ?? [];
        return wanted.every((one) => ts.includes(one));
      });
    }
    const cases: { id: string; number: string; photos: { id: string }[] }[] = (await person.get('/api/cases?limit=1000')).items;
    expect(cases.map(({ number }) => number)).toEqual(expect.arrayContaining(before.cases));
    for (const one of cases.filter(({ number }) => before.cases.includes(number)))
      for (const photo of one.photos) expect((await person.ask('GET', `/api/cases/${one.id}/photos/${photo.id}`)).status).toBe(200);
    // It goes on: a new device is known to the gate, its tilt is an alert with a case.
    await person.post('/api/devices', { id: 'cover-new', kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service' });
    const agent = await restored.connect('gw-1', token);
    const id = newUlid(Date.now());
    await publish(agent, 'gw/v1/gw-1/cover-new/event', { id, boot: 2, seq: 0, ts: Date.now(), kind: 'tilt', data: { tilt_deg: 30 } });
    await until('its alert has a case', async () => (await person.get('/api/alerts?device=cover-new')).items[0]?.case);
    agent.end(true);
  }, 120_000);

  it('that is damaged is named, and nothing is brought back', async () => {
    const copy = join(folder, 'copy');
    const file = join(copy, 'rules.db');
    flip(file, statSync(file).size >> 1);
    const { code, said } = await run('restore', '--from', copy, '--data-dir', join(folder, 'nothing'));
    expect([code, said]).toEqual([1, `${file} is not what was copied: its SHA-256 differs; the copy in "${copy}" is damaged.\n`]);
    expect(readdirSync(folder)).toEqual(['copy']);
  });

  it('leaves out a photo that the disk has changed and says so, and copies nothing of a database that is damaged', async () => {
    await cloud.end();
    const data = join(cloud.folder, 'data');
    const photo = (readdirSync(join(data, 'photos'), { recursive: true }) as string[]).find((name) => name.endsWith('.jpg')) as string;
    flip(join(data, 'photos', photo), 100);
    expect(await run('backup', '--data-dir', data, '--to', join(folder, 'copy-2'))).toEqual({
      code: 1,
      said: expect.stringContaining(`photos/${photo} is damaged on the disk and was left out.`),
    });
    expect((await run('restore', '--from', join(folder, 'copy-2'), '--data-dir', join(folder, 'restored-2'))).code).toBe(0);
    const desk = join(data, 'desk.db');
    // So that no older copy of a row lies in the file.
    const db = new Database(desk);
    db.exec('vacuum');
    db.close();
    flip(desk, readFileSync(desk).indexOf('manhole-cover'));
    expect(await run('backup', '--data-dir', data, '--to', join(folder, 'copy-3'))).toEqual({
      code: 1,
      said: expect.stringMatching(/^.*desk\.db is damaged on the disk: .*; no copy was made, the one before is still good\.\n$/),
    });
    flip(desk, readFileSync(desk).indexOf('lanhole-cover'));
    await cloud.start();
  });

  it('overwrites nothing', async () => {
    const copy = join(folder, 'copy');
    expect(await run('backup', '--data-dir', join(cloud.folder, 'data'), '--to', copy)).toMatchObject({
      code: 1,
      said: expect.stringContaining('allowed is a folder that is empty or not there'),
    });
    expect(await run('restore', '--from', copy, '--data-dir', join(cloud.folder, 'data'))).toMatchObject({ code: 1 });
    expect(await run('backup', '--data-dir', folder, '--to', join(folder, 'other'))).toMatchObject({ code: 1, said: expect.stringContaining('is not the data folder of a cloud') });
    expect(await run('backup')).toMatchObject({ code: 1, said: '--to is missing; allowed: --to FOLDER, empty or not there.\n' });
  });
});
