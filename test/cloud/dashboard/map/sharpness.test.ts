import { beforeEach, describe, expect, it } from 'vitest';
import { Sharpness } from '../../../../cloud/dashboard/map/sharpness.ts';

let ratios: number[];
let sharpness: Sharpness;
let now: number;
const frames = (n: number, ms: number) => {
  for (let i = 0; i < n; i++) {
    now += ms;
    sharpness.frame(now);
  }
};
beforeEach(() => {
  ratios = [];
  now = 0;
  sharpness = new Sharpness(2, (ratio) => ratios.push(ratio));
  sharpness.moves();
});

describe('a map that moves', () => {
  it('stays sharp where frames come in time', () => {
    frames(100, 20);
    expect(ratios).toEqual([]);
  });
  it('stays sharp after a single hiccup', () => {
    frames(10, 20);
    frames(2, 300);
    frames(10, 20);
    expect(ratios).toEqual([]);
  });
  it('is drawn more coarsely while frames are slow, and no coarser than can be followed', () => {
    frames(40, 120);
    expect(ratios).toEqual([1, 0.5]);
  });
  it('is sharp again when it stands', () => {
    frames(5, 120);
    sharpness.stands();
    expect(ratios).toEqual([1, 2]);
  });
  it('begins its next movement as coarsely as the last one needed', () => {
    frames(5, 120);
    sharpness.stands();
    sharpness.moves();
    expect(ratios).toEqual([1, 2, 1]);
  });
});
