/** The process of one edge agent: `--config FILE`. */
import './memory-limits.ts';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '../devices/clock.ts';
import { fatal, reasonOf } from '../devices/errors.ts';
import { createLog, type Logger } from '../devices/log.ts';
import { watchNpm } from '../devices/parent.ts';
import { Agent } from './agent.ts';
import { type AgentConfig, loadConfig } from './config.ts';

/** As the package says; dist/edge/ is two folders below it. */
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
/** Whatever hangs: the process is gone after so long. */
const stopWithinMs = 9_000;

function settings(): AgentConfig {
  let file: string | undefined;
  try {
    file = parseArgs({ options: { config: { type: 'string' } } }).values.config;
  } catch (error) {
    throw fatal('arguments', `${reasonOf(error).split('. ')[0]}; allowed: --config FILE`, error);
  }
  if (!file) throw fatal('arguments', '--config is missing; allowed: --config FILE, the agent’s file in YAML or JSON');
  return loadConfig(file, process.env);
}

/** One sentence for a person; the process ends with code 1. */
function refuse(error: unknown): void {
  process.stderr.write(`gridwarden edge: ${reasonOf(error)}\n`);
  process.exitCode = 1;
}

/** Runs until a signal, the end of the parent, or a failure. */
async function run(config: AgentConfig, log: Logger): Promise<void> {
  let stopping = false;
  const agent = new Agent({
    config,
    version,
    clock: systemClock,
    log,
    random: Math.random,
    outboxThread: new URL('./outbox.thread.js', import.meta.url),
    failed: (error) => {
      log.fatal({ err: error }, 'agent: it cannot go on');
      process.exitCode = 1;
      stop('failure');
    },
  });
  const unwatch = watchNpm(systemClock, process.env, () => stop('the parent is gone'));

  function stop(why: string): void {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'agent: stopping');
    unwatch();
    setTimeout(() => {
      log.error('agent: it did not stop in time');
      process.exit(1);
    }, stopWithinMs).unref();
    agent.stop().then(
      () => process.exit(),
      (error) => {
        log.error({ err: error }, 'agent: it did not stop in order');
        process.exit(1);
      },
    );
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  if (process.channel) process.on('disconnect', () => stop('the parent is gone'));
  try {
    await agent.start();
  } catch (error) {
    if (stopping) return;
    refuse(error);
    process.exit();
  }
}

try {
  const config = settings();
  await run(config, createLog(config.cloud.agent, config.log_level));
} catch (error) {
  refuse(error);
}
