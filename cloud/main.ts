/** The cloud as a process: settings, the data folder, the app, signals, and the end. */
import { readFileSync } from 'node:fs';
import { systemClock } from '../devices/clock.ts';
import { GwError, reasonOf } from '../devices/errors.ts';
import { createLog } from '../devices/log.ts';
import { watchNpm } from '../devices/parent.ts';
import { startCloud } from './app.ts';
import { holdDataFolder } from './data-folder.ts';
import { Ending } from './ending.ts';
import { readSettings, type Settings } from './settings.ts';

/** As the package says; dist/cloud/ is two folders below it. */
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
/** Every step of the end has this long, ms; all together stay within the ten seconds of the contract. */
const stepMs = 2500;

function giveUp(thrown: unknown): never {
  process.stderr.write(`${reasonOf(thrown)}\n`);
  process.exit(1);
}

let settings: Settings;
try {
  settings = readSettings(process.env, process.argv.slice(2));
} catch (thrown) {
  giveUp(thrown);
}
const log = createLog('cloud', settings.GW_LOG_LEVEL);
const ending = new Ending(log);

let code = 0;
let leaving = false;
/** In order and once: a second signal changes nothing. */
async function leave(reason: string, exitCode: number): Promise<void> {
  if (leaving) return;
  leaving = true;
  code = exitCode;
  log.info({ reason }, 'the cloud stops');
  await ending.run(stepMs);
  log.info('the cloud has stopped');
  process.exit(code);
}

process.on('SIGTERM', () => void leave('SIGTERM', 0));
process.on('SIGINT', () => void leave('SIGINT', 0));
process.on('SIGHUP', () => void leave('SIGHUP', 0));
// Whoever started us is gone, kill -9 included: nothing of ours outlives it.
process.on('disconnect', () => void leave('the parent process is gone', 0));
watchNpm(systemClock, process.env, () => void leave('npm is gone', 0));

try {
  const folder = holdDataFolder(settings.GW_DATA_DIR);
  ending.add('data folder', () => folder.release());
  const cloud = await startCloud({
    settings,
    clock: systemClock,
    log,
    version,
    here: new URL('.', import.meta.url),
    ending,
    // The only time a password is ever shown.
    firstPassword: (password) => {
      if (!process.send) process.stdout.write(`The first account is admin, its password ${password} (printed this once; change it on the page).\n`);
    },
    onDeath: (reason) => {
      log.fatal({ err: reason }, 'a part of the cloud has died; the cloud ends, what was acknowledged is on disk');
      process.stderr.write(`${reasonOf(reason)}\n`);
      void leave(reasonOf(reason), 1);
    },
  });
  const url = `http://${settings.GW_HOST.includes(':') ? `[${settings.GW_HOST}]` : settings.GW_HOST}:${cloud.http}/`;
  log.info({ url, mqtt: cloud.mqtt }, 'the cloud listens');
  process.send?.({ type: 'listening', http: cloud.http, mqtt: cloud.mqtt });
  if (!process.send) process.stdout.write(`Gridwarden listens at ${url} and mqtt://${settings.GW_HOST}:${cloud.mqtt}\n`);
} catch (thrown) {
  // Where a part died during the start, that has been told, and what failed after it is no news.
  if (!leaving) {
    if (!(thrown instanceof GwError)) log.fatal({ err: thrown }, 'the cloud could not start');
    process.stderr.write(`${reasonOf(thrown)}\n`);
    await leave('it could not start', 1);
  }
}
