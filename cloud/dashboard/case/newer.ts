import type { Case } from '../app/shapes.ts';

/** The later of two states of one case. Photos and joining alerts leave `version` as it is, so the lengths count too. Pure. */
export function newer(a: Case | null, b: Case | null): Case | null {
  if (!a || !b) return a ?? b;
  const rank = (one: Case) => [one.version, one.history.length, one.photos.length] as const;
  const [x, y] = [rank(a), rank(b)];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return (x[i] as number) > (y[i] as number) ? a : b;
  return a;
}
