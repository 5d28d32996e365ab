// Builds dist/: one bundle for each process and thread by esbuild, the page by Vite. An unchanged tree is not built again.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = dirname(dirname(fileURLToPath(import.meta.url)));

/** What runs as a process or a thread of its own: name in dist/ → source. */
export const entries = {
  'cloud/main': 'cloud/main.ts',
  'cloud/broker.thread': 'cloud/threads/broker.ts',
  'cloud/journal.thread': 'cloud/threads/journal.ts',
  'cloud/rules.thread': 'cloud/threads/rules.ts',
  'cloud/telemetry.thread': 'cloud/threads/telemetry.ts',
  'edge/main': 'edge/main.ts',
  'edge/outbox.thread': 'edge/outbox/thread.ts',
  'simulators/demo': 'simulators/demo.ts',
  'simulators/sim': 'simulators/sim.ts',
};

function fingerprint(folders, files) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const stat = statSync(path);
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else hash.update(path.slice(top.length)).update('\0').update(readFileSync(path)).update('\0');
  };
  for (const name of [...folders, ...files]) if (existsSync(join(top, name))) visit(join(top, name));
  return hash.update(process.version).digest('hex');
}

async function step(name, folders, files, run) {
  const stamp = join(top, 'dist', `.${name}.stamp`);
  const now = fingerprint(folders, files);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return false;
  await run();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
  return true;
}

/** Builds what has changed since the last build. */
export async function build() {
  const program = ['devices', 'edge', 'cloud', 'simulators', 'package-lock.json', '.tools/build.mjs'];
  await step(
    'program',
    program.filter((name) => name !== 'cloud/dashboard'),
    [],
    async () => {
      const esbuild = await import('esbuild');
      for (const name of ['cloud', 'edge', 'simulators']) {
        for (const file of existsSync(join(top, 'dist', name)) ? readdirSync(join(top, 'dist', name)) : [])
          if (file.endsWith('.js') || file.endsWith('.map')) rmSync(join(top, 'dist', name, file));
      }
      const present = Object.fromEntries(Object.entries(entries).filter(([, source]) => existsSync(join(top, source))));
      await esbuild.build({
        absWorkingDir: top,
        entryPoints: present,
        outdir: 'dist',
        bundle: true,
        packages: 'external',
        platform: 'node',
        format: 'esm',
        target: 'node20',
        sourcemap: true,
        logLevel: 'warning',
      });
    },
  );
  if (existsSync(join(top, 'cloud/dashboard/vite.config.ts'))) {
    await step('page', ['cloud/dashboard', 'devices', 'package-lock.json'], [], async () => {
      const vite = await import('vite');
      await vite.build({
        root: join(top, 'cloud/dashboard'),
        configFile: join(top, 'cloud/dashboard/vite.config.ts'),
        logLevel: 'warn',
        build: { outDir: join(top, 'dist/page'), emptyOutDir: true },
      });
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
