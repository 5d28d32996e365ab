/** A journal in the test's own thread, on a clock of the test's, with one consumer in the test's hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { pino } from 'pino';
import { type JournalReader, openJournalReader, type ToJournal } from '../../cloud/journal/journal.ts';
import { LocalJournal } from '../../cloud/journal/local-journal.ts';
import type { Clock } from '../../devices/clock.ts';
import { TestClock } from './clock.ts';

export class OwnJournal {
  readonly dir = mkdtempSync(join(tmpdir(), 'gw-journal-'));
  readonly file = join(this.dir, 'journal.db');
  readonly flows: boolean[] = [];
  /** Log lines of level error and above. */
  readonly errors: string[] = [];
  writer!: LocalJournal;
  reader!: JournalReader;
  consumer!: MessagePort;

  constructor(
    readonly maxBytes = 64 << 20,
    readonly clock: Clock = new TestClock(),
  ) {}

  open(): this {
    const { port1, port2 } = new MessageChannel();
    this.consumer = port1;
    const log = pino({ level: 'error' }, { write: (line: string) => void this.errors.push(JSON.parse(line).msg) });
    this.writer = new LocalJournal({
      file: this.file,
      maxBytes: this.maxBytes,
      clock: this.clock,
      log,
      consumers: { test: port2 },
      flow: (on) => void this.flows.push(on),
      answered: () => {},
    });
    this.writer.start();
    this.reader = openJournalReader(this.file);
    return this;
  }

  durable(row: number): void {
    this.consumer.postMessage({ durable: row } satisfies ToJournal);
  }

  async reopen(): Promise<void> {
    this.close();
    this.open();
  }

  close(): void {
    this.reader.close();
    this.writer.stop();
    this.consumer.close();
  }

  async stop(): Promise<void> {
    this.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
