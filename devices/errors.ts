/** What the one who catches it should do: try the same again later, give this one thing up, or end the process. */
export type Next = 'retry' | 'reject' | 'fatal';

/** An error that says what to do next. `code` is stable and short, for counters, answers and tests. */
export class GwError extends Error {
  constructor(
    readonly next: Next,
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'GwError';
  }
}

/** It may work later, unchanged: a server away, a disk full. */
export const retry = (code: string, message: string, cause?: unknown) => new GwError('retry', code, message, { cause });
/** It will never work as it is: bad input, a forbidden act. */
export const reject = (code: string, message: string, cause?: unknown) => new GwError('reject', code, message, { cause });
/** Going on would do harm: a wrong setting, a data folder of a newer version. The process ends with this sentence. */
export const fatal = (code: string, message: string, cause?: unknown) => new GwError('fatal', code, message, { cause });

/** The sentence of whatever was thrown. */
export const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
