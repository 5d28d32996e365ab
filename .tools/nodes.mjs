/**
 * `npm run nodes`: shows that what is committed runs on each Node that `engines` names (or on those given: `npm run nodes -- 22.12.0 24`). For each: the binary
 * and its headers from the registry, a fresh clone, its packages installed and compiled for it, the build, the unit and house tests, one story on the whole path.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = dirname(dirname(fileURLToPath(import.meta.url)));
const { engines } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'));
const asked = process.argv.slice(2);
/** Of each range the newest. */
const wanted = asked.length > 0 ? asked : engines.node.split('||').map((range) => range.trim());
const npm = process.env.npm_execpath;
if (!npm) throw new Error('start it by `npm run nodes`: that npm installs the packages');

const steps = [
  ['install', [npm, 'ci']],
  ['build', ['.tools/build.mjs']],
  ['unit and house', ['.tools/test.mjs', '--project', 'unit', '--project', 'house']],
  ['one cover', ['.tools/test.mjs', '--project', 'path', 'test/path/one-cover.test.ts']],
];
const rooms = mkdtempSync(join(tmpdir(), 'gw-nodes-'));
const report = join(top, 'artefacts/nodes');
mkdirSync(report, { recursive: true });
// What npm tells its scripts about this tree would be taken for the clone's.
const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));

/** One version, as the cells of its row. All that it printed is kept beside the table. */
function show(version) {
  const room = mkdtempSync(join(rooms, 'room-'));
  const clone = join(room, 'clone');
  const log = [];
  const run = (command, args, options = {}) => {
    const began = performance.now();
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, env: own, ...options });
    log.push(`$ ${args.join(' ')}\n${stdout}${stderr}`);
    const counts = /^\d+ passed, \d+ failed, \d+ skipped$/m.exec(stdout ?? '')?.[0];
    return { ok: status === 0, stdout, cell: `${status === 0 ? 'ok' : 'FAILED'}${counts ? ` (${counts})` : ''}, ${Math.round((performance.now() - began) / 1000)} s` };
  };
  const name = `node-${process.platform}-${process.arch}`;
  const nodedir = join(room, 'node_modules', name);
  const node = join(nodedir, 'bin/node');
  const env = { ...own, PATH: `${dirname(node)}${delimiter}${own.PATH}`, npm_config_nodedir: nodedir };
  const cells = [];
  const got = run(process.execPath, [npm, 'install', '--no-save', '--prefix', room, `${name}@${version}`]).ok && run('git', ['clone', '--quiet', top, clone]).ok;
  const real = got ? run(node, ['--version']).stdout.trim() : `${version}: not to be had`;
  for (const [, args] of got ? steps : []) {
    const { ok, cell } = run(node, args, { cwd: clone, env });
    cells.push(cell);
    // Without its packages or its build there is nothing to test; a failed test does not keep the next from being run.
    if (!ok && args[1] !== '--project') break;
  }
  rmSync(room, { recursive: true, force: true });
  writeFileSync(join(report, `${real.split(':')[0]}.log`), log.join('\n'));
  const row = [real, ...steps.map((_, i) => cells[i] ?? '-')];
  console.log(`| ${row.join(' | ')} |`);
  return got && cells.length === steps.length && cells.every((cell) => cell.startsWith('ok'));
}

console.log(`| Node | ${steps.map(([name]) => name).join(' | ')} |\n|${'---|'.repeat(steps.length + 1)}`);
const good = wanted.filter(show);
rmSync(rooms, { recursive: true, force: true });
if (good.length < wanted.length) console.log(`What failed is told in ${report}.`);
process.exitCode = good.length === wanted.length ? 0 : 1;
