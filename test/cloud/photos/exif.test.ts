import sharp from 'sharp';
import { expect, test } from 'vitest';
import { exifFacts } from '../../../cloud/photos/exif.ts';
import { fc, runs } from '../../kit/fuzz.ts';

async function exifOf(parts: Record<string, Record<string, string>>): Promise<Buffer> {
  const bytes = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .jpeg()
    .withExif(parts)
    .toBuffer();
  return (await sharp(bytes).metadata()).exif as Buffer;
}
const place = { GPSLatitudeRef: 'N', GPSLatitude: '36/1 36/1 2700/100', GPSLongitudeRef: 'E', GPSLongitude: '114/1 29/1 2400/100' };

test('time and place of a camera come out as numbers', async () => {
  const exif = await exifOf({ IFD2: { DateTimeOriginal: '2026:11:24 16:00:05', OffsetTimeOriginal: '+08:00' }, IFD3: place });
  const facts = exifFacts(exif, 'America/New_York');
  expect(facts.takenAt).toBe(Date.UTC(2026, 10, 24, 8, 0, 5));
  expect(facts.position?.lat).toBeCloseTo(36.6075, 6);
  expect(facts.position?.lon).toBeCloseTo(114.49, 6);
});

test('a clock without an offset is read in the civil time of the district', async () => {
  expect(exifFacts(await exifOf({ IFD2: { DateTimeOriginal: '2026:11:24 16:00:05' } }), 'Asia/Shanghai').takenAt).toBe(Date.UTC(2026, 10, 24, 8, 0, 5));
});

test('south and west are negative', async () => {
  const facts = exifFacts(await exifOf({ IFD3: { ...place, GPSLatitudeRef: 'S', GPSLongitudeRef: 'W' } }), 'UTC');
  expect(facts.position?.lat).toBeCloseTo(-36.6075, 6);
  expect(facts.position?.lon).toBeCloseTo(-114.49, 6);
});

test('what makes no sense is not known: no block, no time, the year 1980, a place outside the earth, a division by zero', async () => {
  expect(exifFacts(undefined, 'UTC')).toEqual({ takenAt: null, position: null });
  expect(exifFacts(await exifOf({ IFD0: { Make: 'x' } }), 'UTC')).toEqual({ takenAt: null, position: null });
  expect(exifFacts(await exifOf({ IFD2: { DateTimeOriginal: '1980:01:01 00:00:00' } }), 'UTC').takenAt).toBeNull();
  expect(exifFacts(await exifOf({ IFD3: { ...place, GPSLatitude: '95/1 0/1 0/1' } }), 'UTC').position).toBeNull();
  expect(exifFacts(await exifOf({ IFD3: { ...place, GPSLatitude: '36/0 0/1 0/1' } }), 'UTC').position).toBeNull();
});

test('a damaged block gives facts or nulls, never an error', async () => {
  const exif = await exifOf({ IFD2: { DateTimeOriginal: '2026:11:24 16:00:05' }, IFD3: place });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(exif.length - 1), fc.nat(255)), { maxLength: 12 }), fc.nat(exif.length), (changes, length) => {
      const damaged = Buffer.from(exif);
      for (const [at, value] of changes) damaged[at] = value;
      const { takenAt, position } = exifFacts(damaged.subarray(0, length), 'UTC');
      expect(takenAt === null || Number.isFinite(takenAt)).toBe(true);
      expect(position === null || (Math.abs(position.lat) <= 90 && Math.abs(position.lon) <= 180)).toBe(true);
    }),
    runs(2000),
  );
});
