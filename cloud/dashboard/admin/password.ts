/** A password to be read from a screen and typed: three groups of four, without what is easily confused; about 59 bits of chance. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

export function newPassword(random: (most: number) => number = randomBelow): string {
  const part = () => Array.from({ length: 4 }, () => letters[random(letters.length)]).join('');
  return `${part()}-${part()}-${part()}`;
}
/** Each number below `most` is as likely as the other. */
function randomBelow(most: number): number {
  const box = new Uint32Array(1);
  const limit = 2 ** 32 - (2 ** 32 % most);
  do crypto.getRandomValues(box);
  while ((box[0] as number) >= limit);
  return (box[0] as number) % most;
}
