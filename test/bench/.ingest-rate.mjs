// test/bench/ingest-rate.ts
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

var here = (name) => fileURLToPath(new URL(name, import.meta.url));
var heard = async (child) => (await once(child, 'message'))[0];
async function measure(who, load, youngMb = 64) {
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
var median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
async function beside(load, rounds = 3) {
  const runs = [];
  for (let i = 0; i < rounds; i++) for (const who of ['ours', 'bare Aedes']) runs.push(await measure(who, load));
  const of = (who) => median(runs.filter((run) => run.who === who).map(({ rate }) => rate));
  return { ours: of('ours'), bare: of('bare Aedes'), ratio: of('ours') / of('bare Aedes'), runs };
}

export { beside, measure };
