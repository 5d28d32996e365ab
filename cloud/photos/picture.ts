/** A picture from outside becomes one of ours: decoded in bounds, turned upright, encoded anew, with nothing of its metadata but time and place as numbers. */
import sharp, { type Metadata } from 'sharp';
import { Refusal } from '../refusal.ts';
import { type ExifFacts, exifFacts } from './exif.ts';

export const maxUploadBytes = 15 * 1024 * 1024;
/** What a picture may unfold to; a telephone's 48 megapixels fit. */
export const maxPixels = 50_000_000;
const maxEdge = 2560;
const thumbEdge = 320;
const quality = 82;

// Pictures come rarely: no memory is held for the next one, and one core is left to others.
sharp.cache(false);
sharp.concurrency(1);

export interface Picture extends ExifFacts {
  jpeg: Buffer;
  thumb: Buffer;
  width: number;
  height: number;
}

/** Told by the first bytes, whatever a name or a header says. */
function formatOf(bytes: Uint8Array): 'jpeg' | 'png' | 'webp' | null {
  const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1');
  if (text(0, 3) === '\u00ff\u00d8\u00ff') return 'jpeg';
  if (text(0, 8) === '\u0089PNG\r\n\u001a\n') return 'png';
  return text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP' ? 'webp' : null;
}

const unreadable = () => new Refusal('unsupported-media', 'The file cannot be read as a picture; it may be damaged.');

/** Throws a refusal: 413 for too many bytes or pixels, 415 for what is no JPEG, PNG or WebP, or is damaged. `timezone`: where a camera's clock without an offset is read. */
export async function readPicture(bytes: Uint8Array, timezone: string): Promise<Picture> {
  if (bytes.byteLength > maxUploadBytes) throw new Refusal('too-large', `A photo has at most ${maxUploadBytes} bytes.`);
  const format = formatOf(bytes);
  if (!format) throw new Refusal('unsupported-media', 'A photo is a JPEG, PNG or WebP file.');
  const open = () => sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', pages: 1, sequentialRead: true });
  let metadata: Metadata;
  try {
    // The header alone, and with no limit: it is judged here, so that the refusal says what is wrong.
    metadata = await sharp(bytes, { limitInputPixels: false, pages: 1 }).metadata();
  } catch {
    throw unreadable();
  }
  if (metadata.format !== format) throw unreadable();
  if (metadata.width * metadata.height > maxPixels) throw new Refusal('too-large', `A photo has at most ${maxPixels} pixels; this one has ${metadata.width} × ${metadata.height}.`);
  try {
    const { data: jpeg, info } = await open()
      .autoOrient()
      .resize({ width: maxEdge, height: maxEdge, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: 'white' })
      .jpeg({ quality })
      .toBuffer({ resolveWithObject: true });
    const thumb = await sharp(jpeg).resize({ width: thumbEdge, height: thumbEdge, fit: 'inside', withoutEnlargement: true }).jpeg({ quality: 75 }).toBuffer();
    return { jpeg, thumb, width: info.width, height: info.height, ...exifFacts(metadata.exif, timezone) };
  } catch {
    throw unreadable();
  }
}
