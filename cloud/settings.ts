import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { fatal } from '../devices/errors.ts';
import { type LogLevel, logLevels } from '../devices/log.ts';

/** One setting of the contract. `read` gives undefined where the value is not allowed. */
interface Setting<T> {
  fallback: T;
  allowed: string;
  meaning: string;
  read(text: string): T | undefined;
}

const text = (fallback: string, allowed: string, meaning: string): Setting<string> => ({ fallback, allowed, meaning, read: (value) => (value.trim() === '' ? undefined : value) });
const optional = (allowed: string, meaning: string, pattern = /./): Setting<string | null> => ({
  fallback: null,
  allowed,
  meaning,
  read: (value) => (pattern.test(value) ? value : undefined),
});
const whole = (fallback: number, low: number, high: number, meaning: string): Setting<number> => ({
  fallback,
  allowed: `a whole number from ${low} to ${high}`,
  meaning,
  read: (value) => (/^\d+$/.test(value) && Number(value) >= low && Number(value) <= high ? Number(value) : undefined),
});
const oneOf = <T extends string>(fallback: T, values: readonly T[], meaning: string): Setting<T> => ({
  fallback,
  allowed: `one of ${values.join(', ')}`,
  meaning,
  read: (value) => values.find((one) => one === value),
});
const later = (meaning: string): Setting<null> => ({ fallback: null, allowed: 'nothing yet: it comes with a later version', meaning, read: () => undefined });

function isTimezone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** The settings, as the contract names them. The README's table is held to this one by a test. */
export const settingsTable = {
  GW_DATA_DIR: text('./data', 'a path', 'all state of the process'),
  GW_HOST: text('127.0.0.1', 'an address to listen on', 'address to listen on; another one than loopback must be asked for'),
  GW_HTTP_PORT: whole(8080, 0, 65_535, 'pages, API, socket.io; 0: any free port'),
  GW_MQTT_PORT: whole(1883, 0, 65_535, 'MQTT 3.1.1 over TCP; 0: any free port'),
  GW_MQTT_MAX_PACKET_KB: whole(256, 1, 65_536, 'KiB of the largest MQTT packet; a larger one closes its connection'),
  GW_MQTTS_PORT: later('MQTT over TLS'),
  GW_TLS_CERT: later('certificate of the TLS port'),
  GW_TLS_KEY: later('key of the TLS port'),
  GW_TLS_CA: later('who signs agents’ certificates'),
  GW_INFLUX_URL: optional('http://host:port or https://host:port', 'InfluxDB for telemetry; unset: the embedded store', /^https?:\/\/[^\s/]+\/?$/),
  GW_INFLUX_DATABASE: optional('a name', 'database of an InfluxDB 1.x'),
  GW_INFLUX_ORG: optional('a name', 'organisation of an InfluxDB 2.x'),
  GW_INFLUX_BUCKET: optional('a name', 'bucket of an InfluxDB 2.x'),
  GW_INFLUX_TOKEN: optional('a token', 'token of an InfluxDB 2.x'),
  GW_DATABASE_URL: later('PostgreSQL for register, cases, accounts'),
  GW_ADMIN_PASSWORD: optional('at least 8 characters', 'password of `admin` at the first start; unset: generated and printed once', /^.{8,}$/),
  GW_TIMEZONE: {
    fallback: 'Asia/Shanghai',
    allowed: 'a name of the IANA time zone database',
    meaning: 'the district’s civil time',
    read: (value: string) => (isTimezone(value) ? value : undefined),
  } as Setting<string>,
  GW_JOURNAL_MAX_MB: whole(4096, 1, 1_048_576, 'bound of the journal, a tenth of it kept for events'),
  GW_FLOWS: oneOf('on', ['on', 'off'], 'Node-RED'),
  GW_LOG_LEVEL: oneOf<LogLevel>('info', logLevels, 'pino level'),
} as const;

type Table = typeof settingsTable;
export type Settings = { [K in keyof Table]: Table[K]['fallback'] extends infer T ? (Table[K] extends Setting<infer V> ? V : T) : never };

/** Read by other programs of ours that share the environment. */
const ofOthers = new Set(['GW_AGENT_TOKEN']);

/** Environment, then the file that `--config` names, then the command line (`--http-port 8081`): the later wins. One sentence for the first wrong one. */
export function readSettings(env: NodeJS.ProcessEnv, argv: string[]): Settings {
  const given = new Map<string, { value: string; from: string }>();
  const take = (name: string, value: unknown, from: string) => {
    if (name in settingsTable) given.set(name, { value: String(value), from });
    else if (!ofOthers.has(name)) throw fatal('unknown-setting', `${name} (${from}) is no setting of Gridwarden; there are ${Object.keys(settingsTable).join(', ')}.`);
  };
  for (const [name, value] of Object.entries(env)) if (name.startsWith('GW_') && value !== undefined) take(name, value, 'environment');

  const flagOf = (name: string) => name.slice(3).toLowerCase().replaceAll('_', '-');
  const names = Object.keys(settingsTable);
  let flags: Record<string, string | undefined>;
  try {
    const options = Object.fromEntries([...names.map(flagOf), 'config'].map((flag) => [flag, { type: 'string' as const }]));
    flags = parseArgs({ args: argv, options, strict: true, allowPositionals: false }).values as Record<string, string | undefined>;
  } catch (thrown) {
    throw fatal(
      'unknown-argument',
      `The command line is not understood: ${(thrown as Error).message.split('. ')[0]}. Allowed are --config and ${names.map((name) => `--${flagOf(name)}`).join(', ')}.`,
      thrown,
    );
  }
  if (flags.config !== undefined) for (const [name, value] of Object.entries(fromFile(flags.config))) take(name, value, flags.config);
  for (const name of names) {
    const value = flags[flagOf(name)];
    if (value !== undefined) take(name, value, 'command line');
  }

  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settingsTable) as [string, Setting<unknown>][]) {
    const one = given.get(name);
    if (one === undefined) {
      settings[name] = setting.fallback;
      continue;
    }
    const value = setting.read(one.value);
    // An address may hold a name and a password before its host.
    const shown = /PASSWORD|TOKEN/.test(name) ? 'the given value' : `"${one.value.replace(/\/\/.*@/, '//[secret]@')}"`;
    if (value === undefined) throw fatal('wrong-setting', `${name} (${one.from}) is ${shown}; allowed is ${setting.allowed}.`);
    settings[name] = value;
  }
  const all = settings as Settings;
  const influx = given.get('GW_INFLUX_URL') ? undefined : ['GW_INFLUX_DATABASE', 'GW_INFLUX_ORG', 'GW_INFLUX_BUCKET', 'GW_INFLUX_TOKEN'].find((name) => given.has(name));
  if (influx) throw fatal('wrong-setting', `${influx} (${given.get(influx)?.from}) is given without GW_INFLUX_URL; allowed is both or neither.`);
  if (all.GW_INFLUX_URL !== null && all.GW_INFLUX_DATABASE === null && (all.GW_INFLUX_ORG === null || all.GW_INFLUX_BUCKET === null || all.GW_INFLUX_TOKEN === null))
    throw fatal('wrong-setting', 'GW_INFLUX_URL needs GW_INFLUX_DATABASE beside it (InfluxDB 1.x), or GW_INFLUX_ORG, GW_INFLUX_BUCKET and GW_INFLUX_TOKEN (2.x).');
  return all;
}

function fromFile(path: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(path, 'utf8'), { logLevel: 'error' });
  } catch (thrown) {
    // A parser's own words, its warnings too, quote the file, and with it a secret: only the place is told.
    const reason = (thrown as NodeJS.ErrnoException).code ?? /at line \d+, column \d+/.exec((thrown as Error).message)?.[0] ?? 'its end is missing';
    throw fatal('config-file', `The settings file "${path}" cannot be read (${reason}); it is YAML or JSON.`, thrown);
  }
  if (content === null) return {};
  if (typeof content !== 'object' || Array.isArray(content)) throw fatal('config-file', `The settings file "${path}" must hold names and values, such as GW_HTTP_PORT: 8080.`);
  return content as Record<string, unknown>;
}
