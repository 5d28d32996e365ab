/** A real influxd of its own: temporary folder, free port on loopback, no reporting. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = ['/usr/bin/influxd', '/usr/local/bin/influxd', '/usr/sbin/influxd'].find((path) => existsSync(path));
const startWithinMs = 15_000;

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const config = (dir: string, port: number, data: string) => `
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${dir}/meta"
  logging-enabled = false
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
  index-version = "tsi1"
  query-log-enabled = false
${data}
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
[ifql]
  enabled = false
[continuous_queries]
  enabled = false
[logging]
  level = "error"
`;

/** Starts influxd, tells its pid, and ends it when this end of the pipe is gone. */
const keeper = '"$0" -config "$1" >"$2" 2>&1 & echo $!; read _; kill -CONT $! 2>/dev/null; kill $! 2>/dev/null; wait';

export class Influxd {
  readonly dir = mkdtempSync(join(tmpdir(), 'gw-influxd-'));
  #port = 0;
  #keeper: ChildProcess | null = null;
  #pid = 0;
  readonly #data: string;

  /** `data`: more lines for the `[data]` section of its configuration. */
  constructor(data = '') {
    this.#data = data;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }
  get pid(): number {
    return this.#pid;
  }

  /** Starts it, again on the same port and folder. Rejects naming what is missing. */
  async start(): Promise<this> {
    if (!program) throw new Error('influxd is missing: apt-get install influxdb');
    if (this.#port === 0) this.#port = await freePort();
    mkdirSync(this.dir, { recursive: true });
    const file = join(this.dir, 'influxdb.conf');
    writeFileSync(file, config(this.dir, this.#port, this.#data));
    const child = spawn('sh', ['-c', keeper, program, file, join(this.dir, 'influxd.log')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#keeper = child;
    this.#pid = await new Promise<number>((resolve, reject) => {
      child.stdout?.once('data', (line: Buffer) => resolve(Number(line.toString())));
      child.once('exit', () => reject(new Error('influxd did not start')));
    });
    const end = Date.now() + startWithinMs;
    while (!(await this.#answers())) {
      if (Date.now() > end) throw new Error(`influxd does not answer at ${this.url}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this;
  }

  async #answers(): Promise<boolean> {
    const response = await fetch(`${this.url}/ping`).catch(() => null);
    return response?.status === 204;
  }

  /** SIGSTOP holds it, SIGCONT lets it go on, SIGKILL ends it at once. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    process.kill(this.#pid, signal);
  }

  /** Ends it in order; `start` begins it again with its data. */
  async stop(): Promise<void> {
    const child = this.#keeper;
    if (!child) return;
    this.#keeper = null;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    await ended;
  }

  /** Ends it and removes its folder. */
  async close(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** The first result of an InfluxQL query, as the server gives it; of a statement too. */
  async ask(q: string, database?: string): Promise<{ columns: string[]; values: unknown[][] } | undefined> {
    const response = await fetch(`${this.url}/query?epoch=ms${database === undefined ? '' : `&db=${database}`}`, { method: 'POST', body: new URLSearchParams({ q }) });
    const answer = (await response.json()) as { results: { error?: string; series?: { columns: string[]; values: unknown[][] }[] }[]; error?: string };
    const said = answer.error ?? answer.results[0]?.error;
    if (said) throw new Error(said);
    return answer.results[0]?.series?.[0];
  }
}
