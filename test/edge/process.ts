/** The agent as a user runs it: the built program, as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const program = join(import.meta.dirname, '../../dist/edge/main.js');

export interface RunOptions {
  env?: Record<string, string>;
  ipc?: boolean;
  /** A program that starts the agent, with its arguments. */
  by?: string[];
}

export class AgentProcess {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  stderr = '';
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  #rest = '';

  constructor(args: string[], { env = {}, ipc = false, by = [] }: RunOptions = {}) {
    const [command, ...before] = [...by, process.execPath];
    const { npm_lifecycle_event: _, GW_AGENT_TOKEN: __, GW_LOG_LEVEL: ___, ...inherited } = process.env;
    this.child = spawn(command as string, [...before, program, ...args], { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])] });
    this.child.stdout?.on('data', (part: Buffer) => {
      const lines = (this.#rest + part.toString()).split('\n');
      this.#rest = lines.pop() as string;
      this.lines.push(...lines);
    });
    this.child.stderr?.on('data', (part: Buffer) => {
      this.stderr += part.toString();
    });
    // Not 'close': it does not come where the channel was disconnected before.
    const streams = [this.child.stdout, this.child.stderr].map((stream) => stream && once(stream, 'close'));
    this.ended = Promise.all([once(this.child, 'exit'), ...streams]).then(([[code, signal]]) => ({ code, signal }));
  }

  /** Writes `config` as the agent's file into `folder` and starts it there. */
  static of(folder: string, config: object, options?: RunOptions): AgentProcess {
    const file = join(folder, 'agent.json');
    writeFileSync(file, JSON.stringify({ data_dir: join(folder, 'data'), ...config }));
    return new AgentProcess(['--config', file], options);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Resident memory now, MB. */
  rss(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void {
    this.child.kill(name);
  }

  async end(name: 'SIGTERM' | 'SIGKILL'): Promise<{ code: number | null; signal: string | null }> {
    this.signal(name);
    return this.ended;
  }

  /** How many lines of its log hold the text. */
  logged(text: string): number {
    return this.lines.filter((line) => line.includes(text)).length;
  }
}
