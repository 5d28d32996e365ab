// `npm run check`: types, lint and formatting, the page's types, import directions. All run; any that fails fails it.
import { spawnSync } from 'node:child_process';

const steps = [
  ['types', 'npx', ['tsc', '-p', '.']],
  ['lint and formatting', 'npx', ['biome', 'check', '--error-on-warnings', '.']],
  ["the page's types", 'npx', ['svelte-check', '--tsconfig', 'cloud/dashboard/tsconfig.json', '--threshold', 'warning', '--output', 'human']],
  ['the house (import directions, registries, README)', 'npx', ['vitest', 'run', '--project', 'house']],
];
let failed = 0;
for (const [name, command, args] of steps) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
