/** The picture that a simulated camera takes: its own street, by the light of the hour. No people are in it. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { retry } from '../../../devices/errors.ts';
import { chance, trait } from './chance.ts';
import { hourOf, isDark, trafficOf } from './sky.ts';

export interface View {
  device: string;
  seed: number;
  at: number;
  covered: boolean;
  moved: boolean;
}

const width = 640;
const height = 360;
const horizon = 150;

/** The street as SVG. The same for the same view. */
export function streetOf({ device, seed, at, covered, moved }: View): string {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`;
  const stamp = `<text x="10" y="24" font-family="monospace" font-size="16" fill="#fff" stroke="#000" stroke-width="0.4">${device} ${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}</text>`;
  if (covered) return `${open}<rect width="${width}" height="${height}" fill="#0b0a09"/><ellipse cx="420" cy="90" rx="260" ry="120" fill="#1d1512"/>${stamp}</svg>`;
  const dark = isDark(at);
  const [sky, wall, road, line] = dark ? ['#0d1424', '#1c212b', '#26282c', '#8d8a70'] : ['#9fc3e6', '#8c8880', '#6b6d70', '#e8e4cf'];
  const houses = Array.from({ length: 7 }, (_, i) => {
    const tall = 50 + 85 * chance(seed, 'house', i);
    const windows = Array.from({ length: 6 }, (_, w) => {
      const lit = dark && chance(seed, `window ${i}`, Math.floor(hourOf(at)) * 6 + w) > 0.55;
      return `<rect x="${i * 92 + 14 + (w % 3) * 24}" y="${horizon - tall + 12 + Math.floor(w / 3) * 24}" width="12" height="14" fill="${lit ? '#f3cf7a' : '#3a4250'}"/>`;
    }).join('');
    return `<rect x="${i * 92}" y="${horizon - tall}" width="${80 + 10 * chance(seed, 'gap', i)}" height="${tall + 4}" fill="${wall}"/>${windows}`;
  }).join('');
  const cars = Array.from({ length: Math.round(5 * trafficOf(at)) }, (_, i) => {
    const x = (chance(seed, `car ${i}`, Math.floor(at / 1000)) * 1.2 - 0.1) * width;
    const colour = ['#a33', '#dde', '#345', '#777', '#244'][Math.floor(chance(seed, 'colour', i) * 5)];
    const y = 215 + 26 * i;
    const lamps = dark ? `<circle cx="${x + 62}" cy="${y + 12}" r="5" fill="#ffe9a8"/>` : '';
    return `<rect x="${x}" y="${y}" width="62" height="22" rx="6" fill="${colour}"/><rect x="${x + 12}" y="${y - 11}" width="36" height="14" rx="5" fill="${colour}"/>${lamps}`;
  }).join('');
  const pole = 120 + trait(seed, 'pole', 0, 380);
  const glow = dark ? `<circle cx="${pole + 36}" cy="62" r="60" fill="#ffdf8a" opacity="0.18"/><circle cx="${pole + 36}" cy="62" r="7" fill="#fff2c4"/>` : '';
  const street = `<rect x="-200" y="-200" width="1040" height="${horizon + 200}" fill="${sky}"/>${houses}<rect x="-200" y="${horizon}" width="1040" height="480" fill="${road}"/>${Array.from({ length: 8 }, (_, i) => `<rect x="${i * 90 - 20}" y="264" width="46" height="5" fill="${line}"/>`).join('')}<rect x="${pole}" y="58" width="5" height="130" fill="#444"/><rect x="${pole}" y="56" width="36" height="4" fill="#444"/>${glow}${cars}`;
  return `${open}<g transform="${moved ? 'rotate(24 320 180) translate(160 -90)' : ''}">${street}</g>${stamp}</svg>`;
}

/** Encodes an SVG from its input as a JPEG to its output; the path of `sharp` is its argument. */
const encoder = `
  const sharp = require(process.argv[1]);
  const chunks = [];
  process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', async () => process.stdout.write(await sharp(Buffer.concat(chunks)).jpeg({ quality: 72 }).toBuffer()));
`;
const encodeWithinMs = 20_000;

/** JPEG bytes of 640 × 360. Made in a process of its own, which gives its memory back: a real camera hands in a JPEG, and an agent has no room for an encoder. */
export function renderPicture(view: View): Promise<Uint8Array> {
  const sharp = createRequire(import.meta.url).resolve('sharp');
  return new Promise((resolve, fail) => {
    const child = execFile(process.execPath, ['-e', encoder, sharp], { encoding: 'buffer', maxBuffer: 8 * 1024 * 1024, timeout: encodeWithinMs }, (error, bytes) =>
      error ? fail(retry('no-picture', `the picture could not be made: ${error.message.split('\n')[0]}`, error)) : resolve(bytes),
    );
    child.stdin?.on('error', () => {}); // Told by the end of the process.
    child.stdin?.end(streetOf(view));
  });
}
