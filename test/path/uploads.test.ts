import { readFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunk, jpegOf, pngOf } from '../kit/pictures.ts';
import { Cloud, type Person } from '../kit/product.ts';

/** Behind the header of a PNG. */
const withChunk = (png: Buffer, type: string, data: Buffer) => Buffer.concat([png.subarray(0, 33), chunk(type, data), png.subarray(33)]);
/** 256 MiB of nothing in a quarter of one. */
const folded = deflateSync(Buffer.alloc(256 * 1024 * 1024));

const page = '<!doctype html><script>alert(document.cookie)</script>';
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>`;

describe('a picture that means harm', () => {
  const cloud = new Cloud();
  let admin: Person;
  let path: string;
  /** The most memory that the cloud ever had, MB. */
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${cloud.pid}/status`, 'utf8'))?.[1]) / 1024;

  beforeAll(async () => {
    await cloud.start();
    admin = await cloud.signIn();
    path = `/api/cases/${(await admin.post('/api/cases', { text: 'x' })).id}/photos`;
    // What a good one takes is no news.
    expect((await hand(await jpegOf(4000, 3000))).status).toBe(201);
  });
  afterAll(() => cloud.remove());

  function hand(file: Buffer, name = 'photo.jpg', type = 'image/jpeg') {
    const form = new FormData();
    form.set('role', 'other');
    form.set('file', new Blob([new Uint8Array(file)], { type }), name);
    return admin.ask('POST', path, form);
  }

  it.each<[string, number, () => Buffer | Promise<Buffer>]>([
    ['a PNG of 50,000 × 50,000 pixels', 413, () => pngOf(50_000, 50_000, 1)],
    ['a PNG of 50,000 × 50,000 pixels whose rows are all there', 413, () => withChunk(pngOf(50_000, 50_000, 1), 'IDAT', folded)],
    ['a PNG of few pixels with a text that unfolds to 256 MiB', 201, () => withChunk(pngOf(9, 9), 'zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), folded]))],
    ['a PNG of few pixels with a colour profile that unfolds to 256 MiB', 201, () => withChunk(pngOf(9, 9), 'iCCP', Buffer.concat([Buffer.from('icc\0\0', 'latin1'), folded]))],
    ['an SVG', 415, () => Buffer.from(svg)],
    ['an SVG with the first bytes of a JPEG', 415, () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(svg)])],
    ['a page', 415, () => Buffer.from(page)],
    ['a picture folded by gzip', 415, async () => gzipSync(await jpegOf(9, 9))],
    ['a script in the body of a GIF', 415, () => Buffer.from(`GIF89a=1;${page}`)],
    ['sixteen mebibytes', 413, () => Buffer.alloc(16 * 1024 * 1024, 0xff)],
  ])('is decoded in bounds, and nobody waits for it: %s', async (_what, status, file) => {
    const before = peak();
    const from = performance.now();
    const answer = hand(await file());
    const other = await admin.ask('GET', '/api/session');
    expect([(await answer).status, other.status]).toEqual([status, 200]);
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(peak() - before).toBeLessThan(200);
  });

  it('is encoded anew: what hangs behind it or stands in it does not come through, and its name names nothing', async () => {
    const comment = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#777' } })
      .withExif({ IFD0: { ImageDescription: page, Artist: page } })
      .jpeg()
      .toBuffer();
    const { body: photo, status } = await hand(Buffer.concat([comment, Buffer.from(page), Buffer.from('PK\u0003\u0004', 'latin1')]), '../../../evil.html', 'text/html');
    expect(status).toBe(201);
    const served = await fetch(`${cloud.base}${path}/${photo.id}`, { headers: admin.headers });
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-disposition': `inline; filename="${photo.id}.jpg"`,
    });
    const bytes = Buffer.from(await served.arrayBuffer());
    expect(bytes.includes('<script') || bytes.includes('PK\u0003\u0004')).toBe(false);
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
  });

  it('does not come folded: a body that says so is not read', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024));
    const before = peak();
    for (const [where, type] of [
      [path, 'multipart/form-data; boundary=b'],
      ['/api/devices', 'application/json'],
    ] as const) {
      const answer = await fetch(cloud.base + where, { method: 'POST', headers: { ...admin.headers, 'content-type': type, 'content-encoding': 'gzip' }, body: bomb });
      expect([where, answer.status]).toEqual([where, 415]);
    }
    expect(peak() - before).toBeLessThan(50);
  });
});
