// `npm run bench`: builds the product and the benchmarks, and runs them. Their load comes from processes of its own, over loopback alone.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';

const top = fileURLToPath(new URL('..', import.meta.url));
await build();
const esbuild = await import('esbuild');
const folder = join(top, 'test/bench');
await esbuild.build({
  absWorkingDir: top,
  entryPoints: ['test/bench/bench.ts'],
  outfile: 'dist/bench/bench.js',
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
  // What lies beside the sources is found there, not beside the bundle.
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(folder, 'bench.ts')).href), 'import.meta.dirname': JSON.stringify(folder) },
});
await import('../dist/bench/bench.js');
