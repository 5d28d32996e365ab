import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seed } from '../kit/fuzz.ts';
import { seeded } from '../kit/line.ts';
import { jpegOf } from '../kit/pictures.ts';
import { Cloud, Person, publish, until } from '../kit/product.ts';

const covers = Array.from({ length: 12 }, (_, i) => `cover-${i}`);
const flipsOf = { 'desk.db': 12, 'rules.db': 10, 'telemetry.db': 10, 'journal.db': 4, '-wal': 12, '.jpg': 2 };
/** Behind the heads of pages, where a changed byte does most. */
const headBytes = 200;
const t0 = Date.now() - 3_600_000;

interface Facts {
  devices: unknown;
  alerts: unknown;
  cases: unknown;
  accounts: unknown;
  rules: unknown;
  /** Of each cover: time → values, as text. */
  readings: Map<string, Map<number, string>>;
  /** Each photo's bytes, and its thumbnail's, or the problem that is answered. */
  photos: Map<string, string>;
}

/**
 * A byte that the disk has changed, anywhere in what a cloud keeps, after an orderly end and after a kill: it is found and named, or no value differs. The
 * cloud never says something else than what was, and never ends but with one sentence.
 */
describe('a byte that the disk has flipped in the data folder of a cloud', () => {
  const made = new Cloud();
  const images = mkdtempSync(join(tmpdir(), 'gw-flips-'));
  const random = seeded(seed);
  let cookie: string;
  const whole = new Map<string, Facts>();

  beforeAll(async () => {
    await made.start();
    const admin = await made.signIn();
    cookie = admin.cookie;
    await admin.post('/api/departments', [{ id: 'drainage', name: 'Drainage' }]);
    await admin.post('/api/accounts', { username: 'wang', password: 'a password of wang', role: 'handler', scope: { department: 'drainage' } });
    const { token } = await admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
    await admin.post(
      '/api/devices',
      covers.map((id) => ({ id, kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service', name: `Cover ${id}`, departments: { maintainer: 'drainage' } })),
    );
    const agent = await made.connect('gw-1', token);
    let seq = 0;
    const say = async (rounds: number) => {
      for (let round = 0; round < rounds; round++, seq++)
        await publish(
          agent,
          'gw/v1/gw-1/telemetry',
          covers.map((device, i) => ({ device, boot: 1, seq, ts: t0 + seq * 1000, values: { tilt_deg: 1 + i / 10, battery_v: 3 + (seq % 60) / 100, temperature_c: seq } })),
        );
    };
    await say(300);
    for (const [i, device] of covers.slice(0, 6).entries())
      await publish(agent, `gw/v1/gw-1/${device}/event`, { id: `TILT-${i}`, boot: 1, seq: 0, ts: t0 + i, kind: 'tilt', data: { tilt_deg: 20 + i } });
    const alerts = await until('all have their case', async () => {
      const { items } = await admin.get('/api/alerts');
      return items.length === 6 && items.every((alert: { case: unknown }) => alert.case !== null) && items;
    });
    await admin.post(`/api/alerts/${alerts[0].id}/ack`, {});
    for (const [n, alert] of alerts.slice(0, 3).entries()) {
      const form = new FormData();
      form.set('role', 'before');
      form.set('file', new Blob([new Uint8Array(await jpegOf(200, 100, `#80${n}0c0`))], { type: 'image/jpeg' }), 'a.jpg');
      await admin.post(`/api/cases/${alert.case}/photos`, form);
      const { version } = await admin.get(`/api/cases/${alert.case}`);
      await admin.post(`/api/cases/${alert.case}/actions`, { action: 'note', version, note: `a word on case ${n}` });
    }
    await made.end();
    keep('ended');
    await made.start();
    const again = await made.connect('gw-1', token);
    again.on('error', () => {});
    await publish(again, 'gw/v1/gw-1/cover-8/event', { id: 'TILT-8', boot: 1, seq: 0, ts: t0, kind: 'tilt', data: { tilt_deg: 30 } });
    await until('it has its case', async () => (await admin.get('/api/alerts?device=cover-8')).items[0]?.case);
    await admin.post('/api/cases', { category: 'other', text: 'a case that was opened last', device: 'cover-9' });
    await again.endAsync();
    await made.end('SIGKILL');
    keep('killed');
    for (const image of ['ended', 'killed']) {
      const cloud = await start(image);
      if (!(cloud instanceof Cloud)) throw new Error(cloud.said);
      whole.set(image, await factsOf(cloud));
      await cloud.remove();
    }
  });
  afterAll(async () => {
    await made.remove();
    rmSync(images, { recursive: true, force: true });
  });

  const keep = (image: string) => cpSync(join(made.folder, 'data'), join(images, image), { recursive: true });

  /** A cloud on a copy of the image that `change` has changed; or what it said when it would not start. */
  async function start(image: string, change: (data: string) => void = () => {}): Promise<Cloud | { code: string; said: string; folder: string }> {
    const cloud = new Cloud({ GW_LOG_LEVEL: 'fatal' });
    const data = join(cloud.folder, 'data');
    cpSync(join(images, image), data, { recursive: true });
    change(data);
    try {
      return await cloud.start();
    } catch (error) {
      const code = /ended with (\w+)/.exec(String(error))?.[1] ?? '';
      rmSync(cloud.folder, { recursive: true });
      return { code, said: cloud.output, folder: cloud.folder };
    }
  }

  async function factsOf(cloud: Cloud): Promise<Facts> {
    const admin = new Person(cloud.base, cookie);
    await until('all is judged and stored', async () => {
      const { stages } = await admin.get('/health');
      return stages.journal.more.rulesBehind === 0 && stages.journal.more.telemetryBehind === 0;
    });
    const items = async (path: string) => (await admin.get(path)).items;
    const readings = new Map<string, Map<number, string>>();
    for (const id of covers) {
      const { series } = await admin.get(`/api/devices/${id}/telemetry?metric=tilt_deg,battery_v,temperature_c&from=${t0}&to=${Date.now()}`);
      const of = new Map<number, string>();
      for (const { metric, ts, value } of series) for (const [i, at] of ts.entries()) of.set(at, `${of.get(at) ?? ''} ${metric}=${value[i]}`);
      readings.set(id, of);
    }
    const cases: { id: string; photos: { id: string }[] }[] = await items('/api/cases?limit=1000');
    const photos = new Map<string, string>();
    for (const one of cases)
      for (const path of one.photos.flatMap(({ id }) => [id, `${id}?size=thumb`])) {
        const answer = await fetch(`${cloud.base}/api/cases/${one.id}/photos/${path}`, { headers: { cookie } });
        photos.set(path, answer.status === 200 ? Buffer.from(await answer.arrayBuffer()).toString('base64') : ((await answer.json()) as { type: string }).type);
      }
    return {
      devices: await items('/api/devices?limit=1000'),
      alerts: await items('/api/alerts?limit=1000'),
      cases,
      accounts: await items('/api/accounts?limit=1000'),
      rules: await items('/api/rules?limit=1000'),
      readings,
      photos,
    };
  }

  /** What is said differently: values that are others, and values that are not there. */
  function differences(image: string, facts: Facts): { other: string[]; missing: string[] } {
    const { readings, photos, ...lists } = whole.get(image) as Facts;
    const other: string[] = Object.keys(lists).filter((name) => JSON.stringify(facts[name as keyof Facts]) !== JSON.stringify(lists[name as keyof typeof lists]));
    const missing: string[] = [];
    for (const [id, wanted] of readings) {
      const found = facts.readings.get(id) as Map<number, string>;
      for (const [ts, values] of found) if (wanted.get(ts) !== values) other.push(`${id} at ${ts}`);
      if (found.size < wanted.size) missing.push(id);
    }
    for (const [id, bytes] of photos) {
      const found = facts.photos.get(id);
      if (found === 'urn:gridwarden:problem:damaged') missing.push(id);
      else if (found !== bytes) other.push(`photo ${id}`);
    }
    return { other, missing };
  }

  it.each(Object.entries(flipsOf))(
    'in %s, at %d places, is found and named, or no value differs',
    async (kind, flips) => {
      const outcomes = new Map<string, number>();
      for (let i = 0; i < flips; i++) {
        const image = kind === '-wal' || i % 2 === 0 ? 'killed' : 'ended';
        const files = (readdirSync(join(images, image), { recursive: true }) as string[]).filter((name) => name.endsWith(kind) && !name.startsWith('lock'));
        const file = files[Math.floor(random() * files.length)] as string;
        const size = readFileSync(join(images, image, file)).length;
        const at = Math.floor(random() * size);
        const place = (random() < 0.4 ? at - (at % 4096) + Math.floor(random() * headBytes) : at) % size;
        const by = 1 + Math.floor(random() * 255);
        const what = `${image}: byte ${place} of ${file}, xor ${by}`;
        const cloud = await start(image, (data) => {
          const bytes = readFileSync(join(data, file));
          bytes[place] = (bytes[place] as number) ^ by;
          writeFileSync(join(data, file), bytes);
        });
        let outcome: string;
        if (cloud instanceof Cloud) {
          const { other, missing } = differences(image, await factsOf(cloud));
          const { problems } = await cloud.nobody().get('/health');
          await cloud.remove();
          const isNamed = problems.length > 0 || (kind === '.jpg' && missing.length > 0);
          // What a crash may have cut short is left out: then all is as it was before it.
          const isBefore = problems.some((problem: string) => problem.includes('is left out'));
          expect([what, isBefore ? [] : other, missing.length === 0 || isNamed]).toEqual([what, [], true]);
          outcome = missing.length > 0 ? 'named, the rest goes on' : isNamed ? 'mended' : 'harmless';
        } else {
          expect([what, cloud.code]).toEqual([what, '1']);
          const said = cloud.said.split('\n').filter((line) => !line.startsWith('{') && line !== '');
          expect([what, said]).toEqual([what, [expect.stringContaining(basename(file).replace(/-wal$/, ''))]]);
          outcome = 'start refused';
        }
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      console.log(`FC_SEED=${seed}, ${kind}: ${[...outcomes].map(([name, n]) => `${name} ${n}`).join(', ')}`);
    },
    600_000,
  );
});
