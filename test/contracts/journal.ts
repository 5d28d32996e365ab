/** What every journal must do, whatever keeps it: the writer's and the reader's side of cloud/journal/journal.ts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Entry, JournalReader, JournalWriter } from '../../cloud/journal/journal.ts';

export interface JournalUnderTest {
  writer: JournalWriter & { listening(on: boolean): Promise<void> };
  reader: JournalReader;
  /** Closes both and opens them again on the same data. */
  reopen(): Promise<void>;
  stop(): Promise<void>;
}

const change = (i: number, filler = ''): Entry => ({ type: 'change', change: { i, filler }, rx: i });
const numbers = (entries: Entry[]) => entries.flatMap((entry) => (entry.type === 'change' ? [(entry.change as { i: number }).i] : []));

export function journalContract(name: string, make: () => Promise<JournalUnderTest>): void {
  describe(`${name} keeps the journal's contract`, () => {
    let journal: JournalUnderTest;
    beforeEach(async () => {
      journal = await make();
    });
    afterEach(() => journal.stop());
    const all = () => journal.reader.read(0, Number.POSITIVE_INFINITY);

    test('a journal without rows reads as empty', () => {
      expect(all()).toEqual([]);
    });

    test('what append has resolved for is there for a reader at once', async () => {
      await journal.writer.append([change(1)], 'event');
      expect(numbers(all().flatMap((row) => row.entries))).toEqual([1]);
      await journal.writer.append([change(2)], 'telemetry');
      expect(numbers(all().flatMap((row) => row.entries))).toEqual([1, 2]);
    });

    test('the entries of one append stay together and in order', async () => {
      await Promise.all([journal.writer.append([change(1), change(2), change(3)], 'event'), journal.writer.append([change(4), change(5)], 'telemetry')]);
      const together = all().map((row) => numbers(row.entries).join());
      expect(together.join()).toBe('1,2,3,4,5');
      expect(together.some((row) => row.includes('1,2,3'))).toBe(true);
      expect(together.some((row) => row.includes('4,5'))).toBe(true);
    });

    test('a thousand appends at once are there once each, in the order in which they were handed in', async () => {
      await Promise.all(Array.from({ length: 1000 }, (_, i) => journal.writer.append([change(i)], i % 2 ? 'event' : 'telemetry')));
      expect(numbers(all().flatMap((row) => row.entries))).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    });

    test('a reader goes on behind any row, and takes no more at once than it asked for, but never nothing', async () => {
      for (let i = 0; i < 20; i++) await journal.writer.append([change(i, 'x'.repeat(1000))], 'event');
      const read: number[] = [];
      let row = 0;
      for (;;) {
        const rows = journal.reader.read(row, 2500);
        if (rows.length === 0) break;
        expect(rows.length).toBeLessThanOrEqual(3);
        read.push(...rows.flatMap(({ entries }) => numbers(entries)));
        row = rows.at(-1)?.row ?? row;
      }
      expect(read).toEqual(Array.from({ length: 20 }, (_, i) => i));
      expect(journal.reader.read(0, 1)).toHaveLength(1);
    });

    test('rows are numbered upwards, the journal’s time never goes back, and both go on after a restart', async () => {
      await journal.writer.listening(true);
      await journal.writer.append([change(1)], 'event');
      await journal.writer.listening(false);
      const before = all().at(-1);
      await journal.reopen();
      await journal.writer.listening(true);
      await journal.writer.append([change(2)], 'event');
      const rows = all();
      for (let i = 1; i < rows.length; i++) {
        expect(rows[i]?.row).toBeGreaterThan(rows[i - 1]?.row ?? 0);
        expect(rows[i]?.jt).toBeGreaterThanOrEqual(rows[i - 1]?.jt ?? 0);
      }
      expect(rows.find((row) => row.row === before?.row)).toEqual(before);
      expect(rows.flatMap((row) => row.entries.map((entry) => entry.type))).toEqual(['start', 'change', 'start', 'change']);
    });
  });
}
