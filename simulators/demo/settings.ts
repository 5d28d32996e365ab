/** The settings that the demo itself must know; all others are the cloud's to read and to judge. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';

export interface DemoSettings {
  /** Holds demo.json, the cloud's folder and the agents'. */
  dir: string;
  cloudDir: string;
  /** As given by whoever starts the demo. */
  adminPassword: string | undefined;
  logLevel: string | undefined;
  /** Where the cloud listens. */
  host: string;
  /** The command line as the cloud is to get it. */
  cloudArgs: string[];
  /** The environment as the children are to get it; the cloud alone gets the password besides. */
  env: NodeJS.ProcessEnv;
}

/** Takes `--name value` or `--name=value` out of a command line. */
function takeFlag(args: string[], name: string): { value: string | undefined; rest: string[] } {
  const rest: string[] = [];
  let value: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === `--${name}` && i + 1 < args.length) value = args[++i];
    else if (arg.startsWith(`--${name}=`)) value = arg.slice(name.length + 3);
    else rest.push(arg);
  }
  return { value, rest };
}

/** What a settings file holds. One that cannot be read is left to the cloud, whose sentence says what is wrong with it. */
function fromFile(path: string | undefined): Record<string, unknown> {
  if (path === undefined || !existsSync(path)) return {};
  try {
    const content: unknown = parseYaml(readFileSync(path, 'utf8'), { logLevel: 'error' });
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The command line wins over the file, the file over the environment (contract, "Settings"). */
export function demoSettings(env: NodeJS.ProcessEnv, argv: string[]): DemoSettings {
  const dataDir = takeFlag(argv, 'data-dir');
  const password = takeFlag(dataDir.rest, 'admin-password');
  const file = fromFile(takeFlag(argv, 'config').value);
  const effective = (flag: string | undefined, name: string): string | undefined => flag ?? (file[name] === undefined ? env[name] : String(file[name]));
  const dir = resolve(effective(dataDir.value, 'GW_DATA_DIR') ?? './data');
  const cloudDir = join(dir, 'cloud');
  const { GW_ADMIN_PASSWORD: _, GW_DATA_DIR: __, GW_AGENT_TOKEN: ___, ...rest } = env;
  return {
    dir,
    cloudDir,
    adminPassword: effective(password.value, 'GW_ADMIN_PASSWORD'),
    logLevel: effective(takeFlag(argv, 'log-level').value, 'GW_LOG_LEVEL'),
    host: effective(takeFlag(argv, 'host').value, 'GW_HOST') ?? '127.0.0.1',
    cloudArgs: [...password.rest, '--data-dir', cloudDir],
    env: rest,
  };
}
