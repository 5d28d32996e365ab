/** The demo's photos: drawn scenes as JPEG. */
import sharp from 'sharp';
import { seeded } from '../random.ts';
import { drawGrain, drawScene, type Grain, grainOf, height, type Subject, width } from './scenes.ts';

/** How much larger than a photo the grain is that it takes its part of. */
const room = 240;
const grains = new Map<Grain, Promise<Buffer>>();

function grainFor(grain: Grain): Promise<Buffer> {
  const made =
    grains.get(grain) ??
    sharp(Buffer.from(drawGrain(grain, width + room, height + room)))
      .ensureAlpha()
      .raw()
      .toBuffer();
  grains.set(grain, made);
  return made;
}

/** JPEG bytes of a scene; the same seed and moment give the same picture, the two moments of a seed show the same place. */
export async function takePhoto(subject: Subject, seed: number, moment: 'before' | 'after'): Promise<Uint8Array<ArrayBuffer>> {
  const svg = drawScene(subject, seeded(seed, `photo ${subject}`), moment === 'after');
  const random = seeded(seed, `grain ${moment}`);
  const raw = { width: width + room, height: height + room, channels: 4 } as const;
  const grain = await sharp(await grainFor(grainOf(subject)), { raw })
    .extract({ left: random.whole(0, room), top: random.whole(0, room), width, height })
    .raw()
    .toBuffer();
  const jpeg = await sharp(Buffer.from(svg))
    .composite([{ input: grain, raw: { width, height, channels: 4 } }])
    .jpeg({ quality: 78 })
    .toBuffer();
  return new Uint8Array(jpeg);
}
