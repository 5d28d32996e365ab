/** The demo's photos: drawn scenes as JPEG. */
import sharp from 'sharp';
import { seeded } from '../random.ts';
import { drawScene, type Subject } from './scenes.ts';

/** JPEG bytes of a scene; the same seed and moment give the same picture, the two moments of a seed show the same place. */
export async function takePhoto(subject: Subject, seed: number, moment: 'before' | 'after'): Promise<Uint8Array<ArrayBuffer>> {
  const svg = drawScene(subject, seeded(seed, `photo ${subject}`), moment === 'after');
  const jpeg = await sharp(Buffer.from(svg)).jpeg({ quality: 78 }).toBuffer();
  return new Uint8Array(jpeg);
}
