/** The product as its README starts it: `npm start` in a folder of its own, with the demo district. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Person, signIn, until } from './product.ts';

const top = resolve(import.meta.dirname, '../..');

export class Demo {
  readonly folder = mkdtempSync(join(tmpdir(), 'gw-demo-'));
  output = '';
  base = '';
  #child: ChildProcess | null = null;

  /** Resolves when the page is up and the district on the map. */
  async start(): Promise<this> {
    const env = { PATH: process.env.PATH ?? '', HOME: this.folder, GW_DATA_DIR: this.folder, GW_HTTP_PORT: '0', GW_MQTT_PORT: '0', GW_LOG_LEVEL: 'warn', GW_FLOWS: 'off' };
    const child = spawn('npm', ['start'], { cwd: top, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data) => {
        this.output += data;
      });
    await until(
      'the demo is up',
      () => {
        if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}: ${this.output}`);
        return this.output.includes('simulated devices speak');
      },
      180_000,
    );
    this.base = /http:\/\/127\.0\.0\.1:\d+/.exec(this.output)?.[0] ?? '';
    return this;
  }

  /** The password of a demo account, from the file that the start names. */
  password(username: string): string {
    const { admin, accounts } = JSON.parse(readFileSync(join(this.folder, 'demo.json'), 'utf8'));
    return username === 'admin' ? admin : accounts[username];
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** The cloud among its processes. */
  get cloudPid(): number {
    const found = readdirSync('/proc').find((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return command.includes('cloud/main.js') && command.includes(this.folder);
      } catch {
        // Ended meanwhile.
        return false;
      }
    });
    return Number(found);
  }

  /** Where its agents connect to. */
  get mqttPort(): number {
    return Number(new URL(JSON.parse(readFileSync(join(this.folder, 'edge/gw-01/agent.json'), 'utf8')).cloud.url).port);
  }

  /** One of its people, over the API. */
  signIn(username: string): Promise<Person> {
    return signIn(this.base, username, this.password(username));
  }

  /** SIGTERM to the first process, as Ctrl-C would; gives its exit code. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    child.kill('SIGTERM');
    return ended;
  }

  /** At once, when there is no time to wait for its end. */
  kill(): void {
    this.#child?.kill('SIGTERM');
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
