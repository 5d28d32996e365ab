import { expect, test } from 'vitest';
import { kinds } from '../../devices/kinds/kinds.ts';
import { actNames } from '../../edge/drivers/simulated/physics.ts';
import { simulated } from '../../edge/drivers/simulated/simulated.ts';
import { acts } from '../../simulators/acts.ts';

test('are exactly those that the simulated driver takes, kind by kind', () => {
  expect(acts.map(({ name }) => name).sort()).toEqual([...actNames].sort());
  for (const kind of kinds) {
    const taken = actNames.filter((act) => simulated.refuse({ type: 'simulated', seed: 1, acts: [{ after_s: 0, act }] }, kind) === null);
    expect(acts.flatMap(({ name, kinds }) => (kinds.includes(kind.id) ? [name] : [])).sort(), kind.id).toEqual([...taken].sort());
  }
});
