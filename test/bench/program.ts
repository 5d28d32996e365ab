/** A process beside the bench, from test/bench/processes/: it is told and tells over IPC, and ends with its parent. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export class Program {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #heard: unknown[] = [];
  #wake = () => {};
  #ended = false;
  readonly #exit: Promise<void>;

  constructor(name: string, options: object = {}) {
    this.#name = name;
    this.#child = fork(fileURLToPath(new URL(`../../dist/bench/${name}.js`, import.meta.url)));
    this.#child.send(options);
    this.#child.on('message', (message) => {
      this.#heard.push(message);
      this.#wake();
    });
    this.#exit = new Promise((resolve) =>
      this.#child.once('exit', () => {
        this.#ended = true;
        this.#wake();
        resolve();
      }),
    );
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** The next message; rejects when it has ended without one. */
  async next<T>(): Promise<T> {
    while (this.#heard.length === 0) {
      if (this.#ended) throw new Error(`${this.#name} has ended (${this.#child.exitCode ?? this.#child.signalCode})`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#heard.shift() as T;
  }

  tell(message: object | string): void {
    if (this.#child.connected) this.#child.send(message);
  }

  async ask<T>(message: object | string): Promise<T> {
    this.tell(message);
    return this.next<T>();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exit;
  }
}
