/** A process with the journal's thread in it, to be killed or starved of disk (see journal-child.mjs). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { JournalCalls } from '../../cloud/threads/threads.ts';

const child = fileURLToPath(new URL('./journal-child.mjs', import.meta.url));

interface Answer {
  id?: number;
  result?: unknown;
  error?: string;
  code?: string;
  acked?: number;
}

export class JournalProcess {
  readonly #process: ChildProcess;
  readonly #calls = new Map<number, (answer: Answer) => void>();
  #lastId = 0;
  /** The numbers that `flood` was told to be on disk. */
  readonly acked: number[] = [];

  /** `fileKb`: no file of the process may grow beyond this (RLIMIT_FSIZE, soft), a disk that is full. */
  constructor(file: string, maxBytes: number, fileKb?: number) {
    const command = [process.execPath, child, file, `${maxBytes}`];
    const limited = ['bash', '-c', `trap '' XFSZ; ulimit -S -f ${fileKb}; exec "$@"`, 'bash', ...command];
    const [program, ...args] = (fileKb === undefined ? command : limited) as [string, ...string[]];
    this.#process = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', (answer: Answer) => {
      if (answer.acked !== undefined) this.acked.push(answer.acked);
      else if (answer.id !== undefined) this.#calls.get(answer.id)?.(answer);
    });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  async call<Name extends keyof JournalCalls>(op: Name, ...args: Parameters<JournalCalls[Name]>): Promise<Awaited<ReturnType<JournalCalls[Name]>>> {
    const id = ++this.#lastId;
    const answer = await new Promise<Answer>((resolve) => {
      this.#calls.set(id, resolve);
      this.#process.send({ id, op, args });
    });
    this.#calls.delete(id);
    if (answer.error !== undefined) throw Object.assign(new Error(answer.error), { code: answer.code });
    return answer.result as Awaited<ReturnType<JournalCalls[Name]>>;
  }

  flood(): void {
    this.#process.send({ op: 'flood', args: [] });
  }

  /** kill -9; resolves when it is gone and all it had said was heard. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await gone;
  }
}
