import { describe, expect, it } from 'vitest';
import { Gathering } from '../../../edge/outbox/gathering.ts';

const reading = (bytes: number) => ({ device: 'a', body: 'x'.repeat(bytes) });

describe('what waits for the next commit', () => {
  it('is cut into groups, each addition whole', () => {
    const gathering = new Gathering();
    for (let i = 0; i < 5; i++) gathering.add({ readings: [reading(30_000)] });
    gathering.add({ readings: [reading(60_000), reading(60_000)] });
    const sizes: number[] = [];
    while (!gathering.empty) sizes.push(gathering.next().additions.flatMap(({ readings }) => readings ?? []).length);
    expect(sizes).toEqual([2, 2, 1, 2]);
  });

  it('comes first again when its commit has failed', () => {
    const gathering = new Gathering();
    gathering.add({ readings: [reading(1)] });
    gathering.forget(7, 1);
    const group = gathering.next();
    gathering.add({ readings: [reading(2)] });
    gathering.forget(8, 1);
    gathering.giveBack(group);
    expect(gathering.waiting).toBe(0);
    const again = gathering.next();
    expect(again.additions.map(({ readings }) => readings?.[0]?.body.length)).toEqual([1, 2]);
    expect([again.forget, again.waiting, gathering.waiting]).toEqual([[7, 8], 0, 0]);
  });

  it('is bounded: the oldest telemetry is lost and counted, events and what is remembered stay', () => {
    const gathering = new Gathering();
    for (let i = 0; i < 100; i++) gathering.add({ readings: [reading(100_000)], urgent: [{ device: 'a', what: 'event', body: `${i}` }], state: [[`${i}`, '']] });
    expect(gathering.lost).toBeGreaterThan(15);
    expect(gathering.waiting).toBe(200 - gathering.lost);
    const lost = gathering.lost;
    const additions = [];
    let told = 0;
    while (!gathering.empty) {
      const group = gathering.next();
      additions.push(...group.additions);
      told += group.lost;
    }
    expect(told).toBe(lost);
    expect(additions.flatMap(({ urgent }) => urgent ?? []).map(({ body }) => Number(body))).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(additions.flatMap(({ state }) => state ?? [])).toHaveLength(100);
    expect(additions.findIndex(({ readings = [] }) => readings.length > 0)).toBe(lost);
  });
});
