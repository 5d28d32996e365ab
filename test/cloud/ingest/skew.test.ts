import { expect, it } from 'vitest';
import { Skew } from '../../../cloud/ingest/ingest.ts';

it('without a word of when something was sent the clocks cannot be compared', () => {
  expect(new Skew().ms).toBeNull();
});

it('the clock that is an hour behind is told by the shortest way on the network', () => {
  const skew = new Skew();
  for (const late of [40, 3, 250]) skew.add(1_000_000, 1_000_000 + 3_600_000 + late);
  expect(skew.ms).toBe(3_600_003);
});

it('a clock that is set right is believed after two minutes', () => {
  const skew = new Skew();
  skew.add(0, -50_000);
  for (let rx = 0; rx <= 130_000; rx += 10_000) skew.add(rx - 5, rx);
  expect(skew.ms).toBe(5);
});

it('a jump of the cloud’s own clock does not leave the skew of before', () => {
  const skew = new Skew();
  skew.add(1000, 1002);
  skew.add(1100, 3_601_105);
  expect(skew.ms).toBe(3_600_005);
});
