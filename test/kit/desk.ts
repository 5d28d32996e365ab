/** A real desk in a folder of its own, with a journal that a test can read and make refuse. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Desk, type NumberedChange } from '../../cloud/desk/desk.ts';
import type { Change } from '../../cloud/ingest/ingest.ts';
import { TestClock } from './clock.ts';

export const silentLog = pino({ level: 'silent' });

export interface TestDesk {
  desk: Desk;
  clock: TestClock;
  dataDir: string;
  /** What the journal has taken. */
  journal: NumberedChange[];
  /** All changes of a type that the journal has taken. */
  changes<T extends Change['type']>(type: T): Extract<Change, { type: T }>[];
  /** While set, the journal refuses. */
  refuse: Error | null;
  /** Ends the desk and opens the same folder again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openDesk(): Promise<TestDesk> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gw-desk-'));
  const clock = new TestClock();
  const make = () =>
    new Desk({
      dataDir,
      clock,
      log: silentLog,
      append: async (changes) => {
        if (test.refuse) throw test.refuse;
        test.journal.push(...structuredClone(changes));
      },
    });
  const test: TestDesk = {
    desk: make(),
    clock,
    dataDir,
    journal: [],
    refuse: null,
    changes: (type) => test.journal.map((row) => row.change).filter((change) => change.type === type) as never,
    async restart() {
      await test.desk.stop();
      test.desk = make();
      await test.desk.start();
    },
    async close() {
      await test.desk.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await test.desk.start();
  return test;
}
