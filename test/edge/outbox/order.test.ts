import { describe, expect, it } from 'vitest';
import { SendOrder } from '../../../edge/outbox/order.ts';
import { fc } from '../../kit/fuzz.ts';

/** Sends all that is left, as the store does: the latest first, then the backlog. */
function sendAll(order: SendOrder, rows: Map<number, string>): number[] {
  const sent: number[] = [];
  for (let id = order.nextLatest(); id !== null; id = order.nextLatest()) {
    order.take(rows.get(id) as string, id, false);
    sent.push(id);
  }
  for (const [id, device] of [...rows].sort((a, b) => a[0] - b[0])) {
    if (id <= order.walked) continue;
    if (order.isTaken(id)) order.pass(id);
    else {
      order.take(device, id, true);
      sent.push(id);
    }
  }
  return sent;
}

describe('the order of sending', () => {
  it('sends every row exactly once between two rewinds, whatever comes and goes in between', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ what: fc.constant('add' as const), device: fc.constantFrom('a', 'b', 'c') }) },
      { weight: 2, arbitrary: fc.record({ what: fc.constant('send' as const) }) },
      { weight: 1, arbitrary: fc.record({ what: fc.constant('gone' as const), nth: fc.nat(20) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const order = new SendOrder();
        const rows = new Map<number, string>();
        const sent = new Map<number, number>();
        let next = 1;
        for (const one of [...steps, { what: 'send' as const }]) {
          if (one.what === 'add') {
            rows.set(next, one.device);
            order.added(one.device, next++);
          } else if (one.what === 'send') for (const id of sendAll(order, rows)) sent.set(id, (sent.get(id) ?? 0) + 1);
          else {
            const id = [...rows.keys()].filter((row) => !order.isTaken(row))[one.nth];
            if (id === undefined) continue;
            order.gone(rows.get(id) as string, id);
            rows.delete(id);
          }
        }
        for (const id of rows.keys()) expect(sent.get(id)).toBe(1);
        order.rewind();
        expect(sendAll(order, rows).toSorted((a, b) => a - b)).toEqual([...rows.keys()].toSorted((a, b) => a - b));
      }),
    );
  });

  it('does not call an older reading the latest where the latest was acknowledged', () => {
    const order = new SendOrder();
    order.added('a', 1);
    order.added('a', 2);
    order.take('a', 2, false);
    order.gone('a', 2);
    order.rewind();
    expect(order.nextLatest()).toBeNull();
  });
});
