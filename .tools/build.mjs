// Builds dist/: one bundle for each process and thread by esbuild, the page by Vite. What has not changed is not built again.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = dirname(dirname(fileURLToPath(import.meta.url)));

/** What runs as a process or a thread of its own: name in dist/ → source. */
export const entries = {
  'cloud/main': 'cloud/main.ts',
  'cloud/backup': 'cloud/backup/main.ts',
  'cloud/broker.thread': 'cloud/threads/broker.ts',
  'cloud/inspection.thread': 'cloud/threads/inspection.ts',
  'cloud/journal.thread': 'cloud/threads/journal.ts',
  'cloud/rules.thread': 'cloud/threads/rules.ts',
  'cloud/telemetry.thread': 'cloud/threads/telemetry.ts',
  'edge/main': 'edge/main.ts',
  'edge/outbox.thread': 'edge/outbox/thread.ts',
  'simulators/demo': 'simulators/demo.ts',
  'simulators/sim': 'simulators/sim.ts',
};

/** The agent's bundles take their packages in, but the native ones and what is seldom loaded: that saves a gateway 20 MB of memory. */
const agent = {
  packages: 'bundle',
  minifyWhitespace: true,
  minifySyntax: true,
  external: ['better-sqlite3', 'sharp', 'yaml', 'pino-pretty'],
  banner: { js: "import { createRequire as bundleRequire } from 'node:module';\nconst require = bundleRequire(import.meta.url);" },
};

/** One hash over the contents of these files and folders, `except` those below `except`. */
function fingerprint(names, except) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (path === except) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else hash.update(path.slice(top.length)).update('\0').update(readFileSync(path)).update('\0');
  };
  for (const name of names) if (existsSync(join(top, name))) visit(join(top, name));
  return hash.update(process.version).digest('hex');
}

/** Written whole or not at all: another process may be starting from it. */
function put(file, contents) {
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, contents);
  renameSync(partial, file);
}

/** Runs a step unless its stamp says that nothing has changed since. */
async function step(name, now, run) {
  const stamp = join(top, 'dist', `.${name}.stamp`);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  await run();
  put(stamp, now);
}

async function program() {
  const esbuild = await import('esbuild');
  const options = { bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', sourcemap: true, write: false, logLevel: 'silent' };
  const failed = [];
  for (const [name, source] of Object.entries(entries)) {
    try {
      const { outputFiles } = await esbuild.build({ ...options, ...(name.startsWith('edge/') ? agent : {}), absWorkingDir: top, entryPoints: { [name]: source }, outdir: 'dist' });
      for (const { path, contents } of outputFiles) put(path, contents);
    } catch (error) {
      failed.push(`${source}: ${error.message}`);
    }
  }
  // Its service would stay as a child for as long as the program runs.
  await esbuild.stop();
  if (failed.length > 0) throw new Error(`These do not build:\n${failed.join('\n')}`);
}

async function page() {
  const vite = await import('vite');
  const root = join(top, 'cloud/dashboard');
  await vite.build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn', build: { outDir: join(top, 'dist/page'), emptyOutDir: true } });
}

/** Headers of Node 24.19 and later make what is compiled with them abort at random, when its objects are collected (nodejs/node#65446). */
function refuseUnsound() {
  const binary = join(top, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node');
  if (!existsSync(binary) || !readFileSync(binary).includes('RemoveEnvironmentCleanupHook')) return;
  const { engines } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'));
  console.error(`better-sqlite3 was compiled with the headers of a Node with which it aborts at random; run \`npm ci\` with one of ${engines.node}.`);
  process.exit(1);
}

/** Builds what has changed since the last build. */
export async function build() {
  refuseUnsound();
  const ours = ['package-lock.json', '.tools/build.mjs'];
  await step('program', fingerprint(['devices', 'edge', 'cloud', 'simulators', ...ours], join(top, 'cloud/dashboard')), program);
  await step('page', fingerprint(['devices', 'cloud/dashboard', ...ours]), page);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
