/** `npm start`: the whole product with its demo district, in one process group that ends as one. */
import { systemClock } from '../devices/clock.ts';
import { GwError, reasonOf } from '../devices/errors.ts';
import { createLog, type LogLevel, logLevels } from '../devices/log.ts';
import { watchNpm } from '../devices/parent.ts';
import { demoSettings } from './demo/settings.ts';
import { programsBeside, Supervisor } from './demo/supervisor.ts';

const settings = demoSettings(process.env, process.argv.slice(2));
const log = createLog('demo', logLevels.find((level) => level === settings.logLevel) ?? ('info' satisfies LogLevel));
const supervisor = new Supervisor({
  settings,
  clock: systemClock,
  log,
  say: (line) => process.stdout.write(`${line}\n`),
  programs: programsBeside(import.meta.url),
});

let ending = false;
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await supervisor.stop();
  process.exit(code);
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(0));
watchNpm(systemClock, process.env, () => void end(0));

try {
  await supervisor.start();
  await supervisor.ended;
} catch (thrown) {
  // Without a sentence of its own: the cloud has said it already.
  const sentence = reasonOf(thrown);
  if (!ending && sentence !== '') {
    if (thrown instanceof GwError) process.stderr.write(`${sentence}\n`);
    else log.error({ err: thrown }, 'the demo cannot go on');
  }
  await end(1);
}
