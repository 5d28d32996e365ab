import sharp from 'sharp';
import { expect, test } from 'vitest';
import { takePhoto } from '../../../simulators/demo/photos.ts';

const subjects = ['cover', 'grate', 'lamp', 'camera', 'gate', 'post'] as const;

test('are JPEG pictures, the same again for the same seed, and another before and after', { timeout: 60_000 }, async () => {
  for (const subject of subjects) {
    const [before, again, after, other] = await Promise.all([
      takePhoto(subject, 3, 'before'),
      takePhoto(subject, 3, 'before'),
      takePhoto(subject, 3, 'after'),
      takePhoto(subject, 4, 'before'),
    ]);
    expect(await sharp(before).metadata()).toMatchObject({ format: 'jpeg', width: 960, height: 640 });
    expect(Buffer.compare(before, again)).toBe(0);
    expect(Buffer.compare(before, after)).not.toBe(0);
    expect(Buffer.compare(before, other)).not.toBe(0);
  }
});
