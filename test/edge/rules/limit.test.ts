import { describe, expect, it } from 'vitest';
import { kindOf, type Limit, type Value } from '../../../devices/kinds/kinds.ts';
import { isActive, judge, type LimitState, limitState, sideOf } from '../../../edge/rules/limit.ts';

const tilt = kindOf('manhole-cover')?.limits.find(({ id }) => id === 'tilt') as Limit;
const battery = kindOf('manhole-cover')?.limits.find(({ id }) => id === 'battery') as Limit;

/** Feeds [second, value] one after another; tells at which second what came of it. */
function story(limit: Limit, steps: [second: number, value: Value | undefined][], from: LimitState = limitState(limit)) {
  let state = from;
  const told: string[] = [];
  for (const [second, value] of steps) {
    const judged = judge(limit, state, value, second * 1000);
    state = judged.state;
    if (judged.raised !== null) told.push(`${second}: ${limit.levels[judged.raised]?.severity}`);
    if (judged.ended) told.push(`${second}: ended`);
  }
  return { told, state };
}

describe('a limit', () => {
  it('fires when the value has been past it for the hold, not before', () => {
    expect(
      story(tilt, [
        [0, 20],
        [1, 20],
        [2, 20],
        [2.9, 20],
      ]).told,
    ).toEqual([]);
    expect(
      story(tilt, [
        [0, 20],
        [1, 20],
        [2, 20],
        [3, 20],
        [4, 20],
      ]).told,
    ).toEqual(['3: warning']);
  });

  it('counts the hold anew when the value comes back in between', () => {
    expect(
      story(tilt, [
        [0, 20],
        [2, 14.9],
        [3, 20],
        [5, 20],
        [6, 20],
      ]).told,
    ).toEqual(['6: warning']);
  });

  it('fires once at the worst level whose own hold has elapsed, and steps up, never down', () => {
    expect(
      story(tilt, [
        [0, 50],
        [3, 50],
        [4, 20],
        [9, 50],
        [12, 50],
      ]).told,
    ).toEqual(['3: critical']);
    expect(
      story(tilt, [
        [0, 20],
        [3, 20],
        [4, 60],
        [6, 60],
        [7, 60],
        [8, 16],
        [20, 16],
      ]).told,
    ).toEqual(['3: warning', '7: critical']);
  });

  it('fires by the clock when the device falls silent: one value that stays uncontradicted', () => {
    expect(
      story(tilt, [
        [0, 20],
        [1, undefined],
        [3, undefined],
      ]).told,
    ).toEqual(['3: warning']);
  });

  it('ends only when the value has been strictly on the good side for the clear hold', () => {
    const fired: [number, Value][] = [
      [0, 20],
      [3, 20],
    ];
    expect(story(tilt, [...fired, [10, 5], [700, 5]]).told).toEqual(['3: warning']);
    expect(story(tilt, [...fired, [10, 4.9], [609, 4.9]]).told).toEqual(['3: warning']);
    expect(story(tilt, [...fired, [10, 4.9], [610, 4.9]]).told).toEqual(['3: warning', '610: ended']);
    expect(story(tilt, [...fired, [10, 4.9], [500, 6], [501, 4], [1000, 4], [1101, 4]]).told).toEqual(['3: warning', '1101: ended']);
  });

  it('starts anew after its end', () => {
    const { told, state } = story(tilt, [
      [0, 50],
      [3, 50],
      [4, 1],
      [604, 1],
      [700, 20],
      [703, 20],
    ]);
    expect(told).toEqual(['3: critical', '604: ended', '703: warning']);
    expect(isActive(state)).toBe(true);
  });

  it('goes on from the level at which it had fired before a restart', () => {
    expect(
      story(
        tilt,
        [
          [0, 20],
          [3, 20],
          [4, 50],
          [7, 50],
        ],
        limitState(tilt, 0),
      ).told,
    ).toEqual(['7: critical']);
    expect(
      story(
        tilt,
        [
          [0, 1],
          [600, 1],
        ],
        limitState(tilt, 1),
      ).told,
    ).toEqual(['600: ended']);
  });

  it('judges downward limits by the same words', () => {
    expect(
      story(battery, [
        [0, 3.29],
        [600, 3.3],
        [601, 3.35],
        [2000, 3.35],
        [2001, 3.41],
        [2601, 3.41],
      ]).told,
    ).toEqual(['600: info', '2601: ended']);
  });

  it('shows a change of side when the value passes it, and when it recovers', () => {
    const sides = [1, 20, 21, 60, 20, 1, 1].reduce<{ state: LimitState; sides: string[] }>(
      ({ state, sides }, value, second) => {
        const judged = judge(tilt, state, value, second * 1000);
        return { state: judged.state, sides: [...sides, sideOf(judged.state)] };
      },
      { state: limitState(tilt), sides: [] },
    ).sides;
    const changes = sides.map((side, i) => i > 0 && side !== sides[i - 1]);
    expect(changes).toEqual([false, true, false, true, true, true, false]);
  });
});
