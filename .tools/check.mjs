// `npm run check`: types, lint and formatting, the page's types, import directions. All run, at the same time; any that fails fails it.
import { spawn } from 'node:child_process';

const steps = [
  ['types', 'npx', ['tsc', '-p', '.']],
  ['lint and formatting', 'npx', ['biome', 'check', '--error-on-warnings', '.']],
  ["the page's types", 'npx', ['svelte-check', '--tsconfig', 'cloud/dashboard/tsconfig.json', '--threshold', 'warning', '--output', 'human']],
  ['the house (import directions, registries, README)', 'npx', ['vitest', 'run', '--project', 'house']],
];

/** What a step says is told when it has ended, so that no two speak at once. */
function run([name, command, args]) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => said.push(part));
  return new Promise((resolve) =>
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(said));
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
      resolve(code === 0);
    }),
  );
}

const passed = await Promise.all(steps.map(run));
process.exitCode = passed.every(Boolean) ? 0 : 1;
