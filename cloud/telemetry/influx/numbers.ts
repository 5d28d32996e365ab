/** Numbers as text in a buffer. What sensors send has few decimals, and is written without a string in between. */

/** Room that one number needs at most. */
export const numberBytes = 32;
/** Up to here a whole number is exact, and so is its quotient by these powers of ten: the nearest float to the text. */
const mostWhole = 1e15;
const powersOfTen = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
const [minus, point, zero] = [0x2d, 0x2e, 0x30];

/** Writes a finite number so that whoever reads the text has the same float; where it ends. */
export function writeNumber(bytes: Buffer, at: number, value: number): number {
  const absolute = Math.abs(value);
  for (let decimals = 0; decimals < powersOfTen.length; decimals++) {
    const power = powersOfTen[decimals] as number;
    const whole = Math.round(absolute * power);
    if (whole >= mostWhole) break;
    if (whole / power !== absolute) continue;
    if (value < 0 || Object.is(value, -0)) bytes[at++] = minus;
    return writeDigits(bytes, at, whole, decimals);
  }
  return at + bytes.write(String(value), at, 'latin1');
}

/** At least one digit before the point. */
function writeDigits(bytes: Buffer, at: number, whole: number, decimals: number): number {
  let digits = 1;
  for (let above = 10; above <= whole; above *= 10) digits++;
  const written = Math.max(digits, decimals + 1);
  const end = at + written + (decimals > 0 ? 1 : 0);
  let left = whole;
  for (let i = 0, to = end - 1; i < written; i++, to--) {
    if (i === decimals && decimals > 0) bytes[to--] = point;
    const tenth = Math.floor(left / 10);
    bytes[to] = zero + (left - tenth * 10);
    left = tenth;
  }
  return end;
}
