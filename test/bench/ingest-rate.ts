/** Messages a second at QoS 1 through broker and journal (on disk before PUBACK), beside bare Aedes with the same generator, in turns within one run. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Load {
  connections: number;
  /** Unacknowledged messages of each connection. */
  window: number;
  seconds: number;
  /** Messages a second in all; without it as many as are acknowledged. */
  rate?: number;
}

export interface Measured {
  who: 'ours' | 'bare Aedes';
  /** Acknowledged a second, and the milliseconds from publish to PUBACK. */
  rate: number;
  p50: number;
  p99: number;
  acked: number;
  /** CPU microseconds a message: of the broker's process, and of the generator. */
  cpuUs: number;
  generatorUs: number;
  rssMb: number;
  /** Share of the time in which the thread was busy. */
  busy?: { broker: number; journal: number };
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const heard = async (child: ChildProcess) => (await once(child, 'message'))[0];

/** One run of one of the two; throws when anything that was acknowledged is not in the journal. */
export async function measure(who: Measured['who'], load: Load, youngMb = 64): Promise<Measured> {
  const dir = mkdtempSync(join(tmpdir(), 'gw-bench-'));
  const args = [JSON.stringify({ file: join(dir, 'journal.db'), agents: load.connections, youngMb })];
  const broker = fork(here(who === 'ours' ? './gate-process.mjs' : './bare-aedes.mjs'), args);
  try {
    const { port } = await heard(broker);
    broker.send('begin');
    const generator = spawn(process.execPath, [here('./generator.mjs'), JSON.stringify({ port, ...load })], { stdio: ['ignore', 'pipe', 'inherit'] });
    let line = '';
    generator.stdout.on('data', (bytes) => {
      line += bytes;
    });
    const [code] = await once(generator, 'close');
    if (code !== 0) throw new Error(`the generator ended with ${code}`);
    const load_ = JSON.parse(line);
    const answer = heard(broker);
    broker.send('end');
    const own = await answer;
    if (own.broker && own.broker.accepted !== load_.acked) throw new Error(`acknowledged ${load_.acked}, journaled ${own.broker.accepted}`);
    return {
      who,
      rate: load_.rate,
      p50: load_.p50,
      p99: load_.p99,
      acked: load_.acked,
      cpuUs: own.cpuUs / load_.acked,
      generatorUs: load_.cpuUs,
      rssMb: own.rss / 2 ** 20,
      busy: own.busy,
    };
  } finally {
    const gone = once(broker, 'exit');
    broker.disconnect();
    await gone;
    rmSync(dir, { recursive: true, force: true });
  }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** Both in turns, `rounds` times; the medians and their ratio. */
export async function beside(load: Load, rounds = 3): Promise<{ ours: number; bare: number; ratio: number; runs: Measured[] }> {
  const runs: Measured[] = [];
  for (let i = 0; i < rounds; i++) for (const who of ['ours', 'bare Aedes'] as const) runs.push(await measure(who, load));
  const of = (who: Measured['who']) => median(runs.filter((run) => run.who === who).map(({ rate }) => rate));
  return { ours: of('ours'), bare: of('bare Aedes'), ratio: of('ours') / of('bare Aedes'), runs };
}
