/** Street scenes for the demo's photos, as SVG: a thing before and after it was put right. No people are in them. */
import type { Random } from '../random.ts';

export type Subject = 'cover' | 'grate' | 'lamp' | 'camera' | 'gate' | 'post';
export const width = 960;
export const height = 640;

/** What lies over a scene: how coarse its surfaces are. */
export type Grain = 'ground' | 'air';
const turbulence = (id: string, size: number, strength: number) =>
  `<filter id="${id}" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency="${size}" numOctaves="2" seed="7"/><feColorMatrix values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  ${strength} 0 0 0 ${-strength * 0.36}"/></filter>`;
/** Grain as asphalt and plaster have it, as SVG text, larger than a scene: each photo takes a part of its own. It is slow to draw, so it is drawn once. */
export function drawGrain(grain: Grain, wide: number, high: number): string {
  const layers =
    grain === 'ground'
      ? '<rect width="100%" height="100%" filter="url(#stain)" opacity="0.35"/><rect width="100%" height="100%" filter="url(#rough)" opacity="0.5"/>'
      : '<rect width="100%" height="100%" filter="url(#rough)" opacity="0.25"/>';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}"><defs>${turbulence('stain', 0.012, 0.9)}${turbulence('rough', 0.75, 1.05)}</defs>${layers}</svg>`;
}
const gradient = (id: string, top: string, bottom: string) =>
  `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient>`;
const frame = (defs: string, body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><defs>${defs}</defs>${body}</svg>`;
const shade = (light: number) => {
  const level = Math.round(light);
  return `rgb(${level},${level + 2},${level + 5})`;
};

/** The ground seen by somebody who stands at the kerb. */
function ground(random: Random, light: number): { defs: string; body: string } {
  const kerb = random.between(150, 190);
  const slope = random.between(-30, 30);
  const tiles = Array.from({ length: 11 }, (_, k) => `<path d="M${k * 100 - 60 - slope},0 L${k * 112 - 110},${kerb - 22}" stroke="${shade(light * 0.62)}" stroke-width="2"/>`).join(
    '',
  );
  const rows = [0.3, 0.62].map((v) => `<path d="M0,${kerb * v + slope * 0.2} L${width},${kerb * v - slope * 0.2}" stroke="${shade(light * 0.62)}" stroke-width="2"/>`).join('');
  const stripe = height - random.between(60, 110);
  return {
    defs: gradient('road', shade(light * 0.62), shade(light * 0.78)),
    body: `<rect width="${width}" height="${height}" fill="url(#road)"/>
<rect y="0" width="${width}" height="${kerb}" fill="${shade(light * 0.98)}"/>${tiles}${rows}
<path d="M0,${kerb + slope * 0.3} L${width},${kerb - slope * 0.3} v24 L0,${kerb + 24 + slope * 0.3} Z" fill="${shade(light * 1.12)}"/>
<path d="M0,${kerb + 24 + slope * 0.3} L${width},${kerb + 24 - slope * 0.3} v12 L0,${kerb + 36 + slope * 0.3} Z" fill="${shade(light * 0.4)}"/>
<path d="M0,${stripe} L${width},${stripe - 46} v26 L0,${stripe + 28} Z" fill="#c9a24a" opacity="0.75"/>`,
  };
}

/** An iron cover lying in the ground, or a little beside its place. */
function iron(cx: number, cy: number, rx: number, ry: number, turn: number): string {
  const ribs = Array.from({ length: 14 }, (_, k) => {
    const angle = (k / 14) * 2 * Math.PI;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return `<path d="M${rx * 0.3 * c},${ry * 0.3 * s} L${rx * 0.86 * c},${ry * 0.86 * s}" stroke="#2f2c28" stroke-width="5"/>`;
  }).join('');
  return `<g transform="translate(${cx},${cy}) rotate(${turn})"><ellipse cy="9" rx="${rx}" ry="${ry}" fill="#1d1b19"/><ellipse rx="${rx}" ry="${ry}" fill="#5b554d"/><ellipse rx="${rx * 0.9}" ry="${ry * 0.9}" fill="#4c4740" stroke="#35312c" stroke-width="4"/>${ribs}<ellipse rx="${rx * 0.6}" ry="${ry * 0.6}" fill="none" stroke="#35312c" stroke-width="4"/><ellipse rx="${rx * 0.28}" ry="${ry * 0.28}" fill="#4c4740" stroke="#2f2c28" stroke-width="4"/></g>`;
}

const cone = (x: number, y: number) =>
  `<g transform="translate(${x},${y})"><ellipse cy="6" rx="66" ry="16" fill="#000" opacity="0.3"/><path d="M-60,0 L60,0 L52,-14 L-52,-14 Z" fill="#b9481f"/><path d="M-36,-14 L36,-14 L9,-150 L-9,-150 Z" fill="#d4572a"/><path d="M-30,-46 L30,-46 L24,-76 L-24,-76 Z M-19,-100 L19,-100 L14,-124 L-14,-124 Z" fill="#e9e6df"/></g>`;

function cover(random: Random, after: boolean): string {
  const light = after ? random.between(190, 215) : random.between(150, 180);
  const { defs, body } = ground(random, light);
  const [cx, cy] = [random.between(430, 530), random.between(360, 410)];
  const [rx, ry] = [random.between(170, 200), random.between(104, 122)];
  const collar = `<ellipse cx="${cx}" cy="${cy}" rx="${rx + 34}" ry="${ry + 22}" fill="${shade(light * 0.9)}"/><ellipse cx="${cx}" cy="${cy}" rx="${rx + 10}" ry="${ry + 7}" fill="#3a3936"/>`;
  if (after) return frame(defs, `${body}${collar}${iron(cx, cy, rx, ry, random.between(-8, 8))}`);
  const hole = `<ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="#0b0c0d"/><path d="M${cx - rx},${cy} A${rx},${ry} 0 0 1 ${cx + rx},${cy} A${rx},${ry * 0.72} 0 0 0 ${cx - rx},${cy}" fill="#26241f"/>`;
  const off = random.between(70, 150);
  return frame(
    defs,
    `${body}${collar}${hole}${iron(cx + off, cy - random.between(6, 30), rx, ry * 0.86, random.between(10, 26))}${cone(cx - rx - random.between(50, 110), cy + random.between(20, 80))}`,
  );
}

function grate(random: Random, after: boolean): string {
  const light = after ? random.between(180, 205) : random.between(140, 165);
  const { defs, body } = ground(random, light);
  const [x, y, w, h] = [random.between(300, 360), random.between(270, 300), random.between(300, 350), random.between(170, 200)];
  const bars = Array.from({ length: 9 }, (_, k) => `<rect x="${x + 14 + (k * (w - 28)) / 9}" y="${y + 14}" width="${(w - 28) / 18}" height="${h - 28}" fill="#0e0f10"/>`).join('');
  const iron = `<rect x="${x - 12}" y="${y - 10}" width="${w + 24}" height="${h + 20}" fill="${shade(light * 0.85)}"/><rect x="${x}" y="${y}" width="${w}" height="${h}" fill="#4a4640" stroke="#2b2926" stroke-width="5"/>${bars}`;
  if (after) return frame(defs, body + iron);
  const leaves = Array.from({ length: 90 }, () => {
    const colour = random.pick(['#7a5a2b', '#8b6a34', '#5f4a26', '#94793f', '#4d4a2a']);
    return `<ellipse cx="${x + w / 2 + random.normal() * w * 0.42}" cy="${y + h / 2 + random.normal() * h * 0.4}" rx="${random.between(9, 22)}" ry="${random.between(5, 10)}" fill="${colour}" transform="rotate(${random.between(-12, 12)} ${x} ${y})"/>`;
  }).join('');
  const puddle = `<ellipse cx="${x + w / 2}" cy="${y + h * 0.7}" rx="${w * 0.95}" ry="${h * 0.75}" fill="#5d6a74" opacity="0.55"/><ellipse cx="${x + w * 0.3}" cy="${y + h * 0.5}" rx="${w * 0.3}" ry="${h * 0.12}" fill="#aebac2" opacity="0.3"/>`;
  return frame(defs, body + iron + puddle + leaves);
}

/** A street at dusk with houses on both sides. */
function street(random: Random, sky: readonly [string, string], walls: number): { defs: string; body: string } {
  const horizon = random.between(330, 360);
  const house = (x: number, w: number, top: number) => {
    const windows = Array.from({ length: 12 }, (_, k) => {
      const lit = random.chance(0.3) && walls < 90;
      return `<rect x="${x + 14 + ((k % 3) * (w - 28)) / 3}" y="${top + 18 + Math.floor(k / 3) * 46}" width="${(w - 60) / 3}" height="24" fill="${lit ? '#d9b36a' : shade(walls * 0.55)}"/>`;
    }).join('');
    return `<rect x="${x}" y="${top}" width="${w}" height="${horizon - top + 12}" fill="${shade(walls * random.between(0.8, 1.15))}"/>${windows}`;
  };
  const houses = [
    house(-20, 210, random.between(60, 130)),
    house(200, 150, random.between(140, 190)),
    house(640, 150, random.between(130, 200)),
    house(780, 210, random.between(50, 120)),
  ].join('');
  return {
    defs: gradient('sky', sky[0], sky[1]),
    body: `<rect width="${width}" height="${height}" fill="url(#sky)"/>${houses}<path d="M0,${height} L400,${horizon} L560,${horizon} L${width},${height} Z" fill="${shade(walls * 0.7)}"/><path d="M0,${horizon + 10} L400,${horizon} L0,${height} Z M${width},${horizon + 10} L560,${horizon} L${width},${height} Z" fill="${shade(walls * 0.95)}"/><path d="M474,${height} L478,${horizon} L482,${horizon} L500,${height} Z" fill="#b9b19a" opacity="0.5"/>`,
  };
}

function lamp(random: Random, after: boolean): string {
  const { defs, body } = street(random, ['#1c2533', '#4a4f5c'], random.between(62, 78));
  const x = random.between(300, 380);
  const pole = `<path d="M${x},600 L${x},150 Q${x},110 ${x + 50},110 L${x + 120},112" fill="none" stroke="#2a2e33" stroke-width="12"/><path d="M${x + 105},104 h70 l10,18 h-88 Z" fill="#3a3f45"/>`;
  const glow = `<radialGradient id="glow"><stop offset="0" stop-color="#ffe9b8" stop-opacity="0.95"/><stop offset="0.25" stop-color="#ffd98a" stop-opacity="0.5"/><stop offset="1" stop-color="#ffd98a" stop-opacity="0"/></radialGradient>`;
  const lit = after
    ? `<ellipse cx="${x + 140}" cy="560" rx="330" ry="80" fill="#ffdf9c" opacity="0.22"/><path d="M${x + 110},122 L${x - 120},600 L${x + 420},600 L${x + 175},122 Z" fill="#ffe3a3" opacity="0.12"/><circle cx="${x + 142}" cy="122" r="120" fill="url(#glow)"/><ellipse cx="${x + 142}" cy="123" rx="38" ry="6" fill="#fff7df"/>`
    : `<ellipse cx="${x + 142}" cy="123" rx="38" ry="6" fill="#565b60"/>`;
  return frame(defs + glow, `${body}${pole}${lit}`);
}

function camera(random: Random, after: boolean): string {
  const { defs, body } = street(random, ['#9fb4c6', '#d7dde0'], random.between(150, 175));
  const [x, y] = [random.between(380, 440), random.between(190, 220)];
  const pole = `<rect x="${x - 120}" y="60" width="20" height="580" fill="#5c636a"/><path d="M${x - 100},${y - 30} h90 v16 h-90 Z" fill="#5c636a"/>`;
  const body2 = `<g transform="translate(${x},${y}) rotate(${after ? 6 : random.between(-6, 14)})"><rect x="-30" y="-46" width="250" height="92" rx="16" fill="#e7eaec"/><rect x="-30" y="18" width="250" height="28" rx="12" fill="#c4c9cd"/><rect x="196" y="-54" width="62" height="14" rx="6" fill="#d5d9dc"/><circle cx="222" cy="0" r="40" fill="#23272b"/><circle cx="222" cy="0" r="24" fill="#0d1013"/><circle cx="214" cy="-9" r="7" fill="#6f8aa3"/></g>`;
  const bag = after
    ? ''
    : `<path d="M${x + 150},${y - 70} q70,-26 128,10 q30,60 6,126 q-60,34 -128,6 q-40,-70 -6,-142 Z" fill="#2b2f33" opacity="0.96"/><path d="M${x + 170},${y - 40} q30,50 10,96 M${x + 220},${y - 56} q14,60 -4,120 M${x + 258},${y - 40} q8,50 -8,96" stroke="#4b5157" stroke-width="4" fill="none"/>`;
  return frame(defs, `${body}${pole}${body2}${bag}`);
}

function gate(random: Random, after: boolean): string {
  const light = random.between(175, 200);
  const { defs, body } = ground(random, light);
  const arm = after ? '<path d="M0,-10 h150 v22 h-150 Z" fill="#b9c6cf" opacity="0.9"/>' : '<path d="M0,-10 l86,-120 l18,12 l-84,122 Z" fill="#b9c6cf" opacity="0.9"/>';
  const post = (x: number) =>
    `<rect x="${x}" y="210" width="92" height="300" rx="14" fill="#dfe3e6"/><rect x="${x + 8}" y="222" width="76" height="70" rx="8" fill="#20262b"/><rect x="${x}" y="480" width="92" height="30" fill="#8c949b"/>`;
  return frame(
    defs,
    `${body}${post(230)}${post(620)}<g transform="translate(322,380)">${arm}</g><g transform="translate(620,380) scale(-1,1)">${after ? arm : '<path d="M0,-10 h150 v22 h-150 Z" fill="#b9c6cf" opacity="0.9"/>'}</g>`,
  );
}

/** A campus alarm post; its beacon is lit until somebody has come. */
function post(random: Random, after: boolean): string {
  const { defs, body } = street(random, ['#8fa3b3', '#cfd6da'], random.between(140, 165));
  const x = random.between(420, 500);
  const glow = `<radialGradient id="glow"><stop offset="0" stop-color="#ff6a5e" stop-opacity="0.9"/><stop offset="1" stop-color="#ff6a5e" stop-opacity="0"/></radialGradient>`;
  const beacon = after ? '' : `<circle cx="${x + 50}" cy="196" r="110" fill="url(#glow)"/>`;
  return frame(
    defs + glow,
    `${body}<ellipse cx="${x + 50}" cy="566" rx="96" ry="18" fill="#000" opacity="0.3"/>${beacon}<rect x="${x + 30}" y="178" width="40" height="34" rx="12" fill="${after ? '#a83a34' : '#ff6a5e'}"/><rect x="${x}" y="210" width="100" height="350" rx="14" fill="#b3342f"/><rect x="${x + 16}" y="236" width="68" height="64" rx="6" fill="#1d2024"/><circle cx="${x + 50}" cy="352" r="24" fill="#e9e6df"/><text x="${x + 50}" y="440" font-size="34" font-weight="600" fill="#ffffff" text-anchor="middle" font-family="sans-serif">SOS</text>`,
  );
}

const draw: Record<Subject, (random: Random, after: boolean) => string> = { cover, grate, lamp, camera, gate, post };

export const grainOf = (subject: Subject): Grain => (subject === 'cover' || subject === 'grate' || subject === 'gate' ? 'ground' : 'air');

/** The scene before or after, as SVG text. Both of one `random` seed show the same place. */
export const drawScene = (subject: Subject, random: Random, after: boolean): string => draw[subject](random, after);
