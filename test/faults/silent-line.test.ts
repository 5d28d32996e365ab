import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { FarAgents } from '../kit/far-agents.ts';
import { until } from '../kit/product.ts';

describe('between agent and cloud', () => {
  const far = new FarAgents();
  beforeAll(() => far.open());
  afterEach(() => far.calm());
  afterAll(() => far.close());

  it('a line that says nothing more is given up, and what was on its way comes again', async () => {
    const one = await far.start('silent');
    await until('it speaks', async () => (await far.countsOf('silent')).received > 200);
    const before = far.line.connections;
    far.line.weather = { silent: true };
    await until('it has noticed, by its keep-alive', () => one.logged('not connected') > 0, 80_000);
    far.line.weather = {};
    await until('it is back', () => far.line.connections > before);
    await far.expectWhole(one, 'silent');
  }, 200_000);
});
