import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Photos } from '../../../cloud/photos/photos.ts';
import { silentLog } from '../../kit/desk.ts';
import { jpegOf, pngOf } from '../../kit/pictures.ts';

let dir: string;
let photos: Photos;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'gw-photos-'));
  photos = new Photos({ dir, timezone: 'Asia/Shanghai', log: silentLog });
  await photos.start();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const files = () => (readdirSync(dir, { recursive: true }) as string[]).filter((name) => name.endsWith('.jpg'));

test('a picture is kept under the hash of its bytes, with a thumbnail, and read back', async () => {
  const kept = await photos.keep(await jpegOf());
  expect(kept).toMatchObject({ width: 640, height: 480, takenAt: null, position: null });
  expect(kept.file).toBe(`${kept.sha256.slice(0, 2)}/${kept.sha256}.jpg`);
  expect((await photos.read(kept.file)).length).toBe(kept.bytes);
  expect((await photos.read(kept.thumb)).length).toBeLessThan(kept.bytes);
  expect(files().sort()).toEqual([kept.file, kept.thumb].sort());
});

test('the same picture twice, also at once, is one file', async () => {
  const bytes = await jpegOf();
  const [one, two] = await Promise.all([photos.keep(bytes), photos.keep(bytes)]);
  expect(two).toEqual(one);
  expect(files()).toHaveLength(2);
});

test('a refused picture leaves no file, and the next one is taken', async () => {
  await expect(photos.keep(pngOf(50_000, 50_000, 1))).rejects.toMatchObject({ refusal: 'too-large' });
  expect(files()).toEqual([]);
  await photos.keep(await jpegOf());
});

test('a flipped byte is known: the file is not shown, and the same picture mends it', async () => {
  const bytes = await jpegOf();
  const { file } = await photos.keep(bytes);
  const damaged = readFileSync(join(dir, file));
  damaged[100]! ^= 1;
  writeFileSync(join(dir, file), damaged);
  await expect(photos.read(file)).rejects.toMatchObject({ code: 'photo-damaged' });
  await photos.keep(bytes);
  await expect(photos.read(file)).resolves.toBeInstanceOf(Buffer);
});

test('no name leads out of the store', async () => {
  for (const name of ['../desk.db', '/etc/passwd', 'ab/../../x.jpg', '']) await expect(photos.read(name)).rejects.toMatchObject({ code: 'photo-name' });
});

test('a disk that refuses is a retry error', async () => {
  rmSync(dir, { recursive: true });
  writeFileSync(dir, 'not a folder');
  await expect(photos.keep(await jpegOf())).rejects.toMatchObject({ next: 'retry', code: 'photo-disk' });
});

test('what a crash has left unfinished is gone after the next start', async () => {
  const left = join(dir, 'unfinished', 'x');
  writeFileSync(left, 'half');
  await photos.start();
  expect(existsSync(left)).toBe(false);
});
