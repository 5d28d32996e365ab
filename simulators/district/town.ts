/**
 * Makes the mesh of a town: a lattice bent by a river is cut out by an organic outline; then blocks are halved, the dense middle first, until there are as
 * many as wanted.
 */
import type { Random } from '../random.ts';
import { Draft } from './draft.ts';
import { Halving } from './halving.ts';
import { layLattice, makeOutline, settleBorder } from './lattice.ts';
import type { Mesh } from './mesh.ts';

/** A town of exactly `wanted` blocks. */
export function buildMesh(random: Random, wanted: number): Mesh {
  const outline = makeOutline(random);
  const draft = new Draft();
  layLattice(draft, outline, random);
  settleBorder(draft, outline);
  new Halving(draft, random).until(wanted);
  return draft.finish();
}
