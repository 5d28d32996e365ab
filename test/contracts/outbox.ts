import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outbox, Parcel, ReadingEntry } from '../../edge/outbox/outbox.ts';

export interface OutboxUnderTest {
  /** A new empty place to keep things in. */
  place(): Promise<string>;
  /** An outbox over a place, not yet started. `now` is the wall clock, in milliseconds. */
  open(place: string, options: { maxMb: number; now: number }): Outbox;
  remove(place: string): Promise<void>;
}

const all = { publishes: 1000, telemetry: true };
const reading = (device: string, seq: number, pad = ''): ReadingEntry => ({ device, body: JSON.stringify({ seq, ...(pad && { pad }) }) });
const event = (device: string, id: string) => ({ device, what: 'event' as const, body: JSON.stringify({ id }) });

/** [device, seq] of readings, [device, id] of events and replies, in the order of sending. */
export const contentsOf = (parcels: Parcel[]): [string, string | number][] =>
  parcels.flatMap((parcel): [string, string | number][] =>
    'urgent' in parcel ? [[parcel.urgent.device, JSON.parse(parcel.urgent.body).id]] : parcel.readings.map(({ device, body }) => [device, JSON.parse(body).seq]),
  );

/** What every outbox keeps to, whatever it is made of. */
export function outboxContract(name: string, kit: OutboxUnderTest): void {
  describe(`the outbox contract, kept by ${name}`, () => {
    let place: string;
    let open: Outbox[];

    beforeEach(async () => {
      place = await kit.place();
      open = [];
    });
    afterEach(async () => {
      for (const one of open) await one.stop();
      await kit.remove(place);
    });

    async function started(options: { maxMb?: number; now?: number } = {}) {
      const outbox = kit.open(place, { maxMb: 16, now: 1_764_000_000_000, ...options });
      open.push(outbox);
      return { outbox, ...(await outbox.start()) };
    }
    async function restarted(outbox: Outbox, options: { maxMb?: number; now?: number } = {}) {
      await outbox.stop();
      return started(options);
    }

    it('takes the larger of the last boot + 1 and the clock’s seconds', async () => {
      const first = await started({ now: 1_764_000_000_900 });
      expect(first.boot).toBe(1_764_000_000);
      const sameSecond = await restarted(first.outbox, { now: 1_764_000_000_950 });
      expect(sameSecond.boot).toBe(1_764_000_001);
      const clockUnset = await restarted(sameSecond.outbox, { now: 12_000 });
      expect(clockUnset.boot).toBe(1_764_000_002);
      const later = await restarted(clockUnset.outbox, { now: 1_764_000_600_000 });
      expect(later.boot).toBe(1_764_000_600);
    });

    it('gives events and replies first, then each device’s latest reading, then the backlog in order', async () => {
      const { outbox } = await started();
      await outbox.add({ readings: [reading('a', 0), reading('b', 0), reading('a', 1)] });
      await outbox.add({ urgent: [event('a', 'E1')] });
      await outbox.add({ readings: [reading('b', 1), reading('a', 2)], urgent: [{ device: 'b', what: 'reply', body: '{"id":"R1"}' }] });
      expect(contentsOf(await outbox.take(all))).toEqual([
        ['a', 'E1'],
        ['b', 'R1'],
        ['b', 1],
        ['a', 2],
        ['a', 0],
        ['b', 0],
        ['a', 1],
      ]);
    });

    it('gives a reading that comes while the backlog is sent before the rest of it', async () => {
      const { outbox } = await started();
      await outbox.add({ readings: Array.from({ length: 300 }, (_, seq) => reading('a', seq)) });
      const first = contentsOf(await outbox.take({ publishes: 1, telemetry: true }));
      expect([first[0], first[1], first.length]).toEqual([['a', 299], ['a', 0], 200]);
      await outbox.add({ readings: [reading('a', 300), reading('a', 301)] });
      const second = contentsOf(await outbox.take(all));
      expect([second[0], second[1], second.at(-1), second.length]).toEqual([['a', 301], ['a', 199], ['a', 300], 102]);
    });

    it('gives nothing twice on one connection, and all that was not forgotten again after a rewind', async () => {
      const { outbox } = await started();
      await outbox.add({ readings: [reading('a', 0), reading('a', 1), reading('b', 0)], urgent: [event('a', 'E1'), event('a', 'E2')] });
      const taken = await outbox.take(all);
      expect(await outbox.take(all)).toEqual([]);
      outbox.forget((taken[0] as Parcel).key);
      await outbox.rewind();
      expect(contentsOf(await outbox.take(all))).toEqual([
        ['a', 'E2'],
        ['a', 1],
        ['b', 0],
        ['a', 0],
      ]);
    });

    it('holds telemetry back and lets events and replies go', async () => {
      const { outbox } = await started();
      await outbox.add({ readings: [reading('a', 0)], urgent: [event('a', 'E1')] });
      expect(contentsOf(await outbox.take({ publishes: 10, telemetry: false }))).toEqual([['a', 'E1']]);
      expect(contentsOf(await outbox.take(all))).toEqual([['a', 0]]);
    });

    it('puts at most 200 readings and 128 KiB into one publish', async () => {
      const { outbox } = await started();
      await outbox.add({ readings: Array.from({ length: 450 }, (_, seq) => reading('a', seq)) });
      const byCount = await outbox.take({ publishes: 2, telemetry: true });
      expect(byCount.map((parcel) => ('readings' in parcel ? parcel.readings.length : 0))).toEqual([200, 200]);
      for (const { key } of [...byCount, ...(await outbox.take(all))]) outbox.forget(key);
      await outbox.add({ readings: Array.from({ length: 10 }, (_, seq) => reading('b', seq, 'x'.repeat(40_000))) });
      const bySize = await outbox.take(all);
      expect(bySize.map((parcel) => ('readings' in parcel ? parcel.readings.length : 0))).toEqual([3, 3, 3, 1]);
    });

    it('has after a restart what was added and not forgotten, in the same order', async () => {
      const { outbox } = await started();
      await outbox.add({ readings: [reading('a', 0), reading('b', 0), reading('a', 1), reading('b', 1)], urgent: [event('a', 'E1'), event('b', 'E2')] });
      const [first] = await outbox.take({ publishes: 1, telemetry: false });
      outbox.forget((first as Parcel).key);
      const again = await restarted(outbox);
      expect(again.outbox.stats().waiting).toBe(5);
      expect(contentsOf(await again.outbox.take(all))).toEqual([
        ['b', 'E2'],
        ['a', 1],
        ['b', 1],
        ['a', 0],
        ['b', 0],
      ]);
    });

    it('remembers, over restarts, values and commands', async () => {
      const { outbox, state } = await started();
      expect(state.size).toBe(0);
      await outbox.add({
        state: [
          ['x', '1'],
          ['y', '2'],
        ],
        commands: [{ id: 'C1', reply: null }],
      });
      await outbox.add({
        state: [
          ['y', null],
          ['x', '3'],
        ],
        commands: [
          { id: 'C1', reply: '{"ok":true}' },
          { id: 'C2', reply: null },
        ],
      });
      const again = await restarted(outbox);
      expect([...again.state]).toEqual([['x', '3']]);
      expect(await again.outbox.command('C1')).toEqual({ id: 'C1', reply: '{"ok":true}' });
      expect(await again.outbox.command('C2')).toEqual({ id: 'C2', reply: null });
      expect(await again.outbox.command('C3')).toBeNull();
    });

    it('when full drops the oldest telemetry and counts it, keeps the newest and every event, and goes on by itself', async () => {
      const { outbox } = await started({ maxMb: 1 });
      const events = Array.from({ length: 50 }, (_, i) => `E${i}`);
      let added = 0;
      for (let round = 0; round < 50; round++) {
        await outbox.add({ readings: Array.from({ length: 200 }, () => reading('a', added++, 'x'.repeat(150))), urgent: [event('a', events[round] as string)] });
      }
      const { waiting, dropped } = outbox.stats();
      expect(dropped).toBeGreaterThan(5000);
      expect(waiting).toBe(10_000 - dropped + 50);
      const contents: [string, string | number][] = [];
      for (let parcels = await outbox.take(all); parcels.length > 0; parcels = await outbox.take(all)) {
        contents.push(...contentsOf(parcels));
        for (const { key } of parcels) outbox.forget(key);
      }
      expect(contents.slice(0, 50).map(([, id]) => id)).toEqual(events);
      expect(contents[50]).toEqual(['a', 9999]);
      expect(contents.slice(51).map(([, seq]) => seq)).toEqual(Array.from({ length: 9999 - dropped }, (_, i) => dropped + i));
      await outbox.add({ readings: [reading('a', 10_000)] });
      expect(outbox.stats()).toEqual({ waiting: 1, dropped });
      const again = await restarted(outbox, { maxMb: 1 });
      expect(again.outbox.stats()).toEqual({ waiting: 1, dropped });
    });

    it('keeps events beyond its bound', async () => {
      const { outbox } = await started({ maxMb: 1 });
      for (let round = 0; round < 20; round++) {
        await outbox.add({
          urgent: Array.from({ length: 100 }, (_, i) => ({ ...event('a', `E${round * 100 + i}`), body: JSON.stringify({ id: `E${round * 100 + i}`, pad: 'x'.repeat(1000) }) })),
        });
      }
      await outbox.add({ readings: [reading('a', 0)] });
      expect(outbox.stats()).toEqual({ waiting: 2000, dropped: 1 });
      const ids: (string | number)[] = [];
      for (let parcels = await outbox.take(all); parcels.length > 0; parcels = await outbox.take(all)) {
        ids.push(...contentsOf(parcels).map(([, id]) => id));
        for (const { key } of parcels) outbox.forget(key);
      }
      expect(ids).toEqual(Array.from({ length: 2000 }, (_, i) => `E${i}`));
      await outbox.add({ readings: [reading('a', 1)] });
      expect(outbox.stats()).toEqual({ waiting: 1, dropped: 1 });
    });

    it('tells when there may be more to take', async () => {
      const { outbox } = await started();
      const told = new Promise<void>((resolve) => outbox.onChange(resolve));
      await outbox.add({ readings: [reading('a', 0)] });
      await told;
    });

    it('has on disk what was added before it stops, and stops twice without harm', async () => {
      const { outbox } = await started();
      const adding = outbox.add({ readings: [reading('a', 0)] });
      await Promise.all([outbox.stop(), outbox.stop()]);
      await adding;
      await expect(outbox.add({ readings: [reading('a', 1)] })).rejects.toMatchObject({ next: 'retry' });
      const again = await started();
      expect(contentsOf(await again.outbox.take(all))).toEqual([['a', 0]]);
    });
  });
}
