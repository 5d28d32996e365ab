import { createRequire } from 'node:module';
import { type Logger, pino } from 'pino';

export type { Logger };

/** pino's levels, as `GW_LOG_LEVEL` takes them. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Keys whose values never reach a log, so deep as libraries put them: one of Fastify's tells the headers of an upload, at trace. */
const secrets = ['password', 'token', 'hash', 'cookie', 'authorization'].flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** JSON lines on stdout; pretty on a terminal. `part` names the process or the thread. */
export function createLog(part: string, level: LogLevel): Logger {
  const options = { level, base: { part, pid: process.pid }, redact: { paths: secrets, censor: '[secret]' } };
  if (!process.stdout.isTTY) return pino(options, pino.destination({ fd: 1, sync: true }));
  const pretty = createRequire(import.meta.url)('pino-pretty') as (o: object) => NodeJS.WritableStream;
  return pino(options, pretty({ colorize: true, sync: true, ignore: 'pid' }));
}
