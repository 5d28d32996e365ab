/** What a user would pick instead, and what bounds the generator: each a process of its own that takes the same load. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../kit/influxd.ts';
import { until } from '../kit/product.ts';
import { generate, type Load, type Sent } from './load.ts';
import { cpuSeconds } from './proc.ts';
import { Program } from './program.ts';

export interface Peer {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

async function ofProgram(name: string): Promise<Peer> {
  const program = new Program(name);
  const { port } = await program.next<{ port: number }>();
  return { port, pid: program.pid, stop: () => program.end() };
}
export const bareAedes = (): Promise<Peer> => ofProgram('bare-aedes');
export const sink = (): Promise<Peer> => ofProgram('sink');

export const mosquittoProgram = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find((path) => existsSync(path));

/** With its persistence on, written each second; its PUBACK waits for no disk. */
export async function mosquitto(): Promise<Peer> {
  if (!mosquittoProgram) throw new Error('mosquitto is missing: apt-get install mosquitto');
  const dir = mkdtempSync(join(tmpdir(), 'gw-mosquitto-'));
  const port = await freePort();
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence true',
    `persistence_location ${dir}/`,
    'autosave_interval 1',
    'log_dest none',
    ...(process.getuid?.() === 0 ? ['user root'] : []),
  ];
  writeFileSync(join(dir, 'mosquitto.conf'), `${lines.join('\n')}\n`);
  // A shell between: it ends the broker when this end of the pipe is gone.
  const keeper: ChildProcess = spawn('sh', ['-c', '"$0" -c "$1" & echo $!; read _; kill $!; wait', mosquittoProgram, join(dir, 'mosquitto.conf')], {
    // What it says on stderr is that it is root.
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [line] = await once(keeper.stdout as NonNullable<typeof keeper.stdout>, 'data');
  await until('mosquitto listens', () => listens(port), 10_000);
  return {
    port,
    pid: Number(String(line)),
    async stop() {
      const ended = once(keeper, 'exit');
      keeper.stdin?.end();
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

export interface Borne extends Sent {
  /** CPU time of the peer for a message, microseconds. */
  peerUs: number;
}

/** One run of the load on a peer that is started for it. */
export async function bear(start: () => Promise<Peer>, load: Load): Promise<Borne> {
  const peer = await start();
  try {
    const before = cpuSeconds(peer.pid);
    const sent = await generate(peer, load);
    return { ...sent, peerUs: ((cpuSeconds(peer.pid) - before) / sent.acked) * 1e6 };
  } finally {
    await peer.stop();
  }
}
