import { expect, test } from 'vitest';
import { decode, EntryWriter, encode, withoutTelemetry } from '../../../cloud/journal/codec.ts';
import type { Entry } from '../../../cloud/journal/journal.ts';
import { fc } from '../../kit/fuzz.ts';

const rx = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 });
const agent = fc.oneof(fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/), fc.string({ unit: 'binary', maxLength: 60 }));
const payload = fc.uint8Array({ maxLength: 2000 });
const topic = fc.oneof(fc.string({ maxLength: 100 }), fc.string({ unit: 'binary', maxLength: 100 }));
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ type: fc.constant('publish' as const), agent, topic, payload, rx }),
  fc
    .tuple(agent, fc.string({ unit: 'binary', maxLength: 50 }), payload, rx)
    .map(([who, rest, bytes, at]): Entry => ({ type: 'publish', agent: who, topic: `gw/v1/${who}/${rest}`, payload: bytes, rx: at })),
  fc.record({ type: fc.constant('connect' as const), agent, rx }),
  fc.record({ type: fc.constant('disconnect' as const), agent, clean: fc.boolean(), rx }),
  fc.record({ type: fc.constant('change' as const), change: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))), rx }),
  fc.record({ type: fc.constant('start' as const), rx }),
  fc.record({ type: fc.constant('tick' as const), rx }),
);
/** A view into a row's bytes is not equal to a copy for vitest. */
const plain = (entries: Entry[]) => entries.map((one) => (one.type === 'publish' ? { ...one, payload: Uint8Array.from(one.payload) } : one));
const wellFormed = (text: string) => Buffer.from(text).toString();
/** Text that UTF-8 cannot hold (half of a surrogate pair) comes back as U+FFFD. */
const inUtf8 = (one: Entry): Entry => {
  if (one.type === 'publish') return { ...one, agent: wellFormed(one.agent), topic: wellFormed(one.topic) };
  return one.type === 'connect' || one.type === 'disconnect' ? { ...one, agent: wellFormed(one.agent) } : one;
};

test('any entries come back as they went in', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30 }), fc.constantFrom('telemetry' as const, 'event' as const), (entries, share) => {
      const kept = entries.map(inUtf8);
      const { data, n, telemetry } = encode(kept, share);
      expect(n).toBe(entries.length);
      expect(telemetry).toBe(share === 'telemetry' ? entries.length : 0);
      expect(plain(decode(new Uint8Array(data), n))).toEqual(plain(kept));
    }),
  );
});

test('a writer that was emptied begins anew and hands out buffers cut to size', () => {
  const writer = new EntryWriter(16);
  writer.add({ type: 'connect', agent: 'gw-01', rx: 1 }, 'event');
  const first = writer.take();
  writer.add({ type: 'tick', rx: 2 }, 'event');
  const second = writer.take();
  expect(first.data.byteLength).toBe(9 + 1 + 5);
  expect(second.data.byteLength).toBe(9);
  expect(decode(new Uint8Array(first.data), 1)).toEqual([{ type: 'connect', agent: 'gw-01', rx: 1 }]);
  expect(decode(new Uint8Array(second.data), 1)).toEqual([{ type: 'tick', rx: 2 }]);
});

test('a writer that gave its buffer away goes on in the next one, whatever lies in that', () => {
  const writer = new EntryWriter(64);
  writer.add({ type: 'connect', agent: 'gw-01', rx: 1 }, 'event');
  const first = writer.swap(new Uint8Array(8).fill(255).buffer);
  writer.add({ type: 'connect', agent: 'gw-02', rx: 2 }, 'telemetry');
  const second = writer.swap(first.data.slice(0));
  expect(decode(new Uint8Array(first.data, 0, first.bytes), first.n)).toEqual([{ type: 'connect', agent: 'gw-01', rx: 1 }]);
  expect(decode(new Uint8Array(second.data, 0, second.bytes), second.n)).toEqual([{ type: 'connect', agent: 'gw-02', rx: 2 }]);
  expect([first.telemetry, second.telemetry, writer.count, writer.bytes]).toEqual([0, 1, 0, 0]);
});

test('telemetry can be taken out of what was encoded, the rest keeps its order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(entry, fc.boolean()), { maxLength: 30 }), (pairs) => {
      const writer = new EntryWriter(64);
      for (const [one, telemetry] of pairs) writer.add(inUtf8(one), telemetry ? 'telemetry' : 'event');
      const all = writer.take();
      const kept = withoutTelemetry(new Uint8Array(all.data), all.n);
      const expected = pairs.filter(([, telemetry]) => !telemetry).map(([one]) => inUtf8(one));
      expect(plain(decode(kept.data, kept.n))).toEqual(plain(expected));
    }),
  );
});

test('bytes that no writer made are refused, whatever they are', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 5 }), fc.nat(), (entries, cut) => {
      const { data, n } = encode(entries.map(inUtf8), 'event');
      const short = new Uint8Array(data).subarray(0, cut % data.byteLength);
      expect(() => decode(short, n)).toThrow();
      expect(() => decode(new Uint8Array([...new Uint8Array(data), 8]), n)).toThrow(RangeError);
    }),
  );
});
