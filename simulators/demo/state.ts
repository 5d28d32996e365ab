/** `demo.json`: what the demo must remember between its starts. Readable by its owner alone, because passwords and tokens are in it. */
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fatal } from '../../devices/errors.ts';

export interface DemoState {
  version: 1;
  /** Of the district. */
  seed: number;
  /** How often it was started; each start has other incidents. */
  starts: number;
  admin: string;
  /** User name → password. Written before the account is made, so that making it again changes nothing. */
  accounts: Record<string, string>;
  /** Agent → token. */
  agents: Record<string, string>;
  /** Steps of the first start that are done, in order. */
  done: string[];
  /** Story → the case that tells it. */
  cases: Record<string, string>;
  /** Case that the shift works off → the version it left it with. */
  shift: Record<string, number>;
}

export class StateFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** null: there is none yet. */
  read(): DemoState | null {
    if (!existsSync(this.path)) return null;
    let state: DemoState;
    try {
      state = JSON.parse(readFileSync(this.path, 'utf8')) as DemoState;
    } catch (thrown) {
      throw fatal('demo-state', `${this.path} cannot be read (${(thrown as Error).message}); remove the demo's data folder to begin anew.`, thrown);
    }
    if (state.version !== 1) throw fatal('demo-state', `${this.path} is of version ${String(state.version)}, this program knows version 1.`);
    return state;
  }

  /** Whole or not at all, on disk when it returns. */
  write(state: DemoState): void {
    mkdirSync(dirname(this.path), { recursive: true });
    const fresh = `${this.path}.new`;
    const file = openSync(fresh, 'w', 0o600);
    try {
      chmodSync(fresh, 0o600);
      writeSync(file, `${JSON.stringify(state, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, this.path);
  }
}
