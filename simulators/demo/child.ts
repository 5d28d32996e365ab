/** A program of ours as a child process: it is started, started again with back-off when it dies, and ends with this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Clock } from '../../devices/clock.ts';
import type { Logger } from '../../devices/log.ts';

export interface ChildOptions {
  name: string;
  /** The program and its arguments, for Node. */
  args: () => string[];
  env: () => NodeJS.ProcessEnv;
  /** It gets what of the processors the others leave. */
  yields?: boolean;
  clock: Clock;
  log: Logger;
  /** Each message of the child over its IPC channel. */
  onMessage?: (message: unknown) => void;
  /** Before it is started again: false ends it for good. `ran`: how long it lived, milliseconds. */
  onExit?: (code: number | null, signal: NodeJS.Signals | null, ran: number) => boolean;
}

const firstWait = 500;
const longestWait = 30_000;
/** Whoever lived so long had started well: its next death waits from the beginning again. */
const steady = 60_000;

export class Child {
  private readonly options: ChildOptions;
  private process: ChildProcess | null = null;
  private wait = firstWait;
  private cancel = () => {};
  private stopping = false;
  private waiters: (() => void)[] = [];

  constructor(options: ChildOptions) {
    this.options = options;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  start(): void {
    const { name, args, env, yields = false, clock, log, onMessage, onExit } = this.options;
    if (this.stopping || this.process) return;
    const began = clock.mono();
    // The IPC channel is how the child learns that this process is gone, kill -9 included.
    const child = spawn(process.execPath, args(), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: env() });
    this.process = child;
    // Before it has threads: they inherit it.
    if (yields && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    child.on('message', (message) => onMessage?.(message));
    child.on('error', (error) => log.error({ child: name, err: error }, 'a child process could not be started or told'));
    child.on('close', (code, signal) => {
      if (this.process !== child) return;
      this.process = null;
      for (const done of this.waiters.splice(0)) done();
      if (this.stopping) return;
      const ran = clock.mono() - began;
      if (onExit && !onExit(code, signal, ran)) return;
      if (ran > steady) this.wait = firstWait;
      log.warn({ child: name, code, signal, again_in_ms: this.wait }, 'a child process ended and is started again');
      this.cancel = clock.after(this.wait, () => this.start());
      this.wait = Math.min(this.wait * 2, longestWait);
    });
  }

  /** SIGTERM, then SIGKILL after `patience` milliseconds. Resolves when it is gone; twice is harmless. */
  async stop(patience: number): Promise<void> {
    this.stopping = true;
    this.cancel();
    const child = this.process;
    if (!child) return;
    const gone = new Promise<void>((resolve) => this.waiters.push(resolve));
    child.kill('SIGTERM');
    const cancelKill = this.options.clock.after(patience, () => child.kill('SIGKILL'));
    await gone;
    cancelKill();
  }
}
