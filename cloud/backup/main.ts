/** `npm run backup -- --to FOLDER` and `npm run restore -- --from FOLDER`; the data folder is GW_DATA_DIR, or `--data-dir`. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fatal, reasonOf } from '../../devices/errors.ts';
import { backup, type Copied, restore } from './backup.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

async function run(verb: string | undefined, args: string[]): Promise<Copied> {
  let values: { to?: string; from?: string; 'data-dir'?: string };
  try {
    values = parseArgs({ args, options: { to: { type: 'string' }, from: { type: 'string' }, 'data-dir': { type: 'string' } } }).values;
  } catch (error) {
    throw fatal('arguments', `${reasonOf(error).split('. ')[0]}; allowed: --to FOLDER (backup), --from FOLDER (restore), --data-dir FOLDER.`, error);
  }
  const data = values['data-dir'] ?? process.env.GW_DATA_DIR ?? './data';
  if (verb === 'backup' && values.to) return backup({ from: data, to: values.to, version });
  if (verb === 'restore' && values.from) return restore({ from: values.from, to: data });
  throw fatal('arguments', verb === 'restore' ? '--from is missing; allowed: --from FOLDER, where a backup lies.' : '--to is missing; allowed: --to FOLDER, empty or not there.');
}

const [verb, ...args] = process.argv.slice(2);
try {
  const { at, files, bytes, damaged } = await run(verb, args);
  process.stdout.write(`${files} files, ${(bytes / 1e6).toFixed(1)} MB: the state of ${new Date(at).toISOString()}.\n`);
  for (const photo of damaged) process.stderr.write(`${photo} is damaged on the disk and was left out.\n`);
  if (damaged.length > 0) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}
