// The product and the benchmarks, built: `dist/bench/` has one bundle a program, and one a process beside it.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';

const top = fileURLToPath(new URL('..', import.meta.url));

/** `program`: of test/bench/, without its ending. */
export async function buildBench(program) {
  await build();
  const esbuild = await import('esbuild');
  const folder = join(top, 'test/bench');
  const processes = readdirSync(join(folder, 'processes')).map((file) => [basename(file, '.ts'), join(folder, 'processes', file)]);
  await esbuild.build({
    absWorkingDir: top,
    entryPoints: Object.fromEntries([[program, join(folder, `${program}.ts`)], ...processes]),
    outdir: 'dist/bench',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    // What lies beside the sources is found there, not beside the bundle.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(folder, 'bench.ts')).href), 'import.meta.dirname': JSON.stringify(folder) },
  });
  await esbuild.stop();
}
