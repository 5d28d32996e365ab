import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FarAgents } from '../kit/far-agents.ts';
import { until } from '../kit/product.ts';

/** A real agent and a real cloud with a bad network between them. Seeded: what happens once happens again. */
describe('between agent and cloud', () => {
  const far = new FarAgents();
  beforeAll(() => far.open());
  afterEach(() => far.calm());
  afterAll(() => far.close());

  it('a slow line that holds chunks back loses nothing and doubles nothing', async () => {
    far.line.weather = { latencyMs: 80, heldShare: 0.1, heldMs: 400 };
    const one = await far.start('slow');
    await until('it speaks', async () => (await far.countsOf('slow')).received > 500);
    await until('chunks were held back', () => far.line.held > 5);
    await far.expectWhole(one, 'slow');
  }, 120_000);

  it('cuts in the middle of packets lose nothing and double nothing', async () => {
    const before = far.line.connections;
    far.line.weather = { cutAfterBytes: 5000 };
    const one = await far.start('cut');
    await until(
      'it was cut four times',
      () => {
        far.line.weather = { cutAfterBytes: 2000 + Math.floor(far.random() * 30_000) };
        return far.line.connections - before >= 5;
      },
      60_000,
    );
    await far.expectWhole(one, 'cut');
    expect(one.logged('not connected')).toBeGreaterThanOrEqual(4);
  }, 120_000);
});
