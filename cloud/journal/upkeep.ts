/** Keeps the file small: removes what every consumer has passed, in bites that no commit has to wait long for, and moves the log into the file. */
import type { GroupCommit } from './group-commit.ts';
import { type JournalFile, pageBytes } from './journal-file.ts';

/** About so many bytes of rows are removed in one transaction. */
const biteBytes = 16 << 20;

/** How large the write-ahead log may grow, beside a journal of `maxBytes`. */
export const logLimit = (maxBytes: number) => Math.min(16 << 20, Math.max(256 << 10, maxBytes / 4));

export class Upkeep {
  #logBytes = 0;
  readonly #logLimit: number;

  constructor(
    readonly file: JournalFile,
    readonly commits: GroupCommit,
    maxBytes: number,
  ) {
    this.#logLimit = logLimit(maxBytes);
  }

  /** The oldest row that is kept, if any is. */
  get firstRow(): number {
    return this.file.trimmed + 1;
  }

  /** Removes one bite of rows up to `passed`. true: there is more to remove. Throws what the disk says. */
  trim(passed: number): boolean {
    const { trimmed } = this.file;
    const behind = Math.min(passed, this.file.lastRow) - trimmed;
    if (behind <= 0) return false;
    const perRow = this.commits.usedBytes / Math.max(1, this.file.lastRow - trimmed);
    const bite = Math.min(behind, Math.max(16, Math.min(4096, Math.floor(biteBytes / Math.max(1, perRow)))));
    this.file.trim(trimmed + bite);
    this.commits.measure();
    this.written(4 * pageBytes);
    return bite < behind;
  }

  /** To be told after each commit of `bytes`. Moves the log into the file once it has grown to its limit; throws what the disk says. */
  written(bytes: number): void {
    this.#logBytes += bytes + 2 * pageBytes;
    if (this.#logBytes < this.#logLimit) return;
    this.#logBytes = 0;
    this.file.checkpoint();
  }
}
