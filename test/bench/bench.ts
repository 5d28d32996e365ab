/**
 * `npm run bench`: one table; each row ours, what stands beside it from the same run, and the ratio. All over loopback, the load from processes of its own.
 * `-- --list` tells the rows, `-- ID …` runs some, `-- --short` shows only that they work, `-- --keep` makes this run the one that later runs are compared with.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { comparison, failedOf, type Kept, keptAfter, listTable, machine, type Result, resultOf, resultTable } from './report.ts';
import type { Row, RunOptions } from './row.ts';
import { rows } from './rows.ts';

const keptFile = fileURLToPath(new URL('kept.json', import.meta.url));
const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false }, short: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((id) => !rows.some((row) => row.id === id));
if (unknown.length > 0) refuse(`There is no row ${unknown.join(', ')}; there are ${rows.map(({ id }) => id).join(', ')}.`);
if (asked.short && asked.keep) refuse('A short run shows only that the rows work; its figures are not kept.');
const chosen = positionals.length > 0 ? rows.filter(({ id }) => positionals.includes(id)) : rows;

// What was started ends with this process; some of it has to be told.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

if (asked.list) console.log(listTable(chosen));
else await runAll();

async function runAll(): Promise<void> {
  const { text, loadBefore } = machine();
  const head = `${text}; load average before: ${loadBefore.toFixed(2)}${asked.short ? '; SHORT: these figures mean nothing' : ''}`;
  console.error(head);
  const results: Result[] = [];
  for (const row of chosen) results.push(await measured(row));

  const at = new Date().toISOString();
  console.log(`\n${head}\n\n${resultTable(chosen, results)}`);
  const kept = existsSync(keptFile) ? (JSON.parse(readFileSync(keptFile, 'utf8')) as Kept) : null;
  if (kept && !asked.short) {
    const elsewhere = kept.machine === text ? '' : `Kept on another machine (${kept.machine}): compare ratios alone.\n\n`;
    console.log(`\nBeside what was kept:\n\n${elsewhere}${comparison(chosen, kept, results)}`);
  }
  mkdirSync('artefacts', { recursive: true });
  writeFileSync('artefacts/bench.json', JSON.stringify({ at, machine: text, loadBefore, short: asked.short, results }, null, 2));
  console.log('\nartefacts/bench.json holds every run.');
  if (asked.keep) writeFileSync(keptFile, `${JSON.stringify(keptAfter(kept, text, results, at), null, 2)}\n`);
  // What a row left running by its failure ends with this process.
  process.exit(results.some(({ failed }) => failed !== undefined) ? 1 : 0);
}

async function measured(row: Row): Promise<Result> {
  const began = performance.now();
  const [load = 0] = loadavg();
  const took = () => (performance.now() - began) / 1000;
  const say = (line: string) => console.error(`${row.id}: ${line}`);
  const options: RunOptions = { short: asked.short, size: (full, small) => (asked.short ? small : full), say };
  const runs: Awaited<ReturnType<Row['run']>>[] = [];
  try {
    for (let round = 1; round <= options.size(row.rounds, 1); round++) {
      runs.push(await row.run(options));
      say(`round ${round}: ${JSON.stringify(runs.at(-1)?.ours)} beside ${JSON.stringify(runs.at(-1)?.beside)}`);
    }
    return resultOf(row, runs, took(), load);
  } catch (thrown) {
    console.error(thrown);
    return failedOf(row, thrown instanceof Error ? (thrown.message.split('\n')[0] as string) : String(thrown), took(), load);
  }
}

function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
