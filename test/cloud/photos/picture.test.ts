import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { maxUploadBytes, readPicture } from '../../../cloud/photos/picture.ts';
import { fc, runs } from '../../kit/fuzz.ts';
import { jpegOf, pngOf } from '../../kit/pictures.ts';

const zone = 'Asia/Shanghai';
const refused = (bytes: Uint8Array) =>
  readPicture(bytes, zone).then(
    () => 'taken',
    (error) => error.refusal as string,
  );

test.each(['jpeg', 'png', 'webp'] as const)('a %s becomes a JPEG with a thumbnail', async (format) => {
  const bytes = await sharp({ create: { width: 800, height: 600, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0.5 } } })
    .toFormat(format)
    .toBuffer();
  const picture = await readPicture(bytes, zone);
  expect(picture).toMatchObject({ width: 800, height: 600, takenAt: null, position: null });
  expect(await sharp(picture.jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 800, height: 600, channels: 3 });
  expect(await sharp(picture.thumb).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 240 });
});

test('a large picture is made smaller, a small one not larger', async () => {
  expect(await readPicture(await jpegOf(4000, 3000), zone)).toMatchObject({ width: 2560, height: 1920 });
  const small = await readPicture(await jpegOf(100, 50), zone);
  expect(small).toMatchObject({ width: 100, height: 50 });
  expect(await sharp(small.thumb).metadata()).toMatchObject({ width: 100, height: 50 });
});

test('a picture that lies on its side is turned upright, and nothing of its metadata is kept', async () => {
  const bytes = await sharp({ create: { width: 400, height: 200, channels: 3, background: 'red' } })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .withExifMerge({ IFD0: { Artist: 'He Jing', Make: 'PhoneMaker' } })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">secret place</x:xmpmeta>')
    .toBuffer();
  expect(bytes.includes('He Jing')).toBe(true);
  const picture = await readPicture(bytes, zone);
  expect(picture).toMatchObject({ width: 200, height: 400 });
  for (const file of [picture.jpeg, picture.thumb]) {
    const metadata = await sharp(file).metadata();
    expect([metadata.exif, metadata.xmp, metadata.icc, metadata.iptc, metadata.orientation]).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(file.includes('He Jing')).toBe(false);
  }
});

test('the same bytes give the same picture, so that handing it in twice is one file', async () => {
  const bytes = await jpegOf();
  expect((await readPicture(bytes, zone)).jpeg.equals((await readPicture(bytes, zone)).jpeg)).toBe(true);
});

test('what is too large is refused by its header, before it unfolds', async () => {
  const began = performance.now();
  expect(await refused(pngOf(50_000, 50_000, 1))).toBe('too-large');
  expect(await refused(pngOf(10_000, 10_000, 100))).toBe('too-large');
  expect(await refused(Buffer.concat([await jpegOf(), Buffer.alloc(maxUploadBytes)]))).toBe('too-large');
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('an SVG, a zip, a PDF, a GIF and an empty file are no photos, whatever they are called', async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><image href="file:///etc/passwd"/></svg>');
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), deflateRawSync(Buffer.alloc(1_000_000))]);
  for (const bytes of [svg, zip, Buffer.from('%PDF-1.7'), Buffer.from('GIF89a'), Buffer.alloc(0), Buffer.from([0xff, 0xd8, 0xff])])
    expect(await refused(bytes)).toBe('unsupported-media');
});

test('a damaged picture is refused', async () => {
  const jpeg = await jpegOf(800, 600, '#123456');
  expect(await refused(jpeg.subarray(0, jpeg.length / 2))).toBe('unsupported-media');
  expect(await refused(pngOf(2000, 2000, 3))).toBe('unsupported-media');
});

test('what hangs behind a picture does not come through', async () => {
  const polyglot = Buffer.concat([await jpegOf(), Buffer.from('PK\u0003\u0004<script>alert(1)</script>', 'latin1')]);
  const picture = await readPicture(polyglot, zone);
  expect(picture.jpeg.includes('<script>')).toBe(false);
});

test('mutated pictures are taken or refused, and nothing else happens', async () => {
  const originals = [
    await jpegOf(64, 48),
    pngOf(64, 48),
    await sharp(await jpegOf(64, 48))
      .webp()
      .toBuffer(),
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...originals), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 }), async (original, changes) => {
      const bytes = Buffer.from(original);
      for (const [at, value] of changes) bytes[12 + (at % (bytes.length - 12))] = value;
      expect(['taken', 'unsupported-media', 'too-large']).toContain(await refused(bytes));
    }),
    runs(150),
  );
});
