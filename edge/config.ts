/** The agent's file: its schema, and the one sentence that says what is wrong with it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { fatal, reasonOf } from '../devices/errors.ts';
import { idPattern } from '../devices/ids.ts';
import { type Baseline, kindIds, kindOf } from '../devices/kinds/kinds.ts';
import { type LogLevel, logLevels } from '../devices/log.ts';
import { driverTypeOf, driverTypes } from './drivers/drivers.ts';

const closed = { additionalProperties: false };
const angle = Type.Number({ description: 'degrees' });

/** Each `description` tells what is allowed: it ends the sentence about a wrong value. */
const Device = Type.Object(
  {
    id: Type.String({ pattern: idPattern, description: '1 to 64 letters, digits, dots, underscores and hyphens' }),
    kind: Type.Union(
      kindIds.map((kind) => Type.Literal(kind)),
      { description: kindIds.join(', ') },
    ),
    interval_s: Type.Optional(Type.Number({ minimum: 1, maximum: 604_800, description: 'seconds from 1 to 604800' })),
    baseline: Type.Optional(
      Type.Object({ angle_x_deg: angle, angle_y_deg: angle, angle_z_deg: angle }, { ...closed, description: 'angle_x_deg, angle_y_deg, angle_z_deg in degrees' }),
    ),
    driver: Type.Object({ type: Type.String({ description: driverTypes.map(({ type }) => type).join(', ') }) }, { description: 'a driver, as { type: … }' }),
  },
  { ...closed, description: 'a device, as { id, kind, interval_s, driver }' },
);

const Config = Type.Object(
  {
    cloud: Type.Object(
      {
        url: Type.String({ pattern: '^mqtts?://[^/@\\s]+/?$', description: 'mqtt://host:port or mqtts://host:port' }),
        agent: Type.String({ pattern: idPattern, description: '1 to 64 letters, digits, dots, underscores and hyphens' }),
        token: Type.Optional(Type.String({ minLength: 1, description: 'the token that the cloud has shown for this agent' })),
        http: Type.Optional(Type.String({ pattern: '^https?://[^\\s]+$', description: 'http://host:port or https://host:port' })),
      },
      { ...closed, description: 'the cloud, as { url, agent, token, http }' },
    ),
    data_dir: Type.Optional(Type.String({ minLength: 1, description: 'a folder' })),
    log_level: Type.Optional(
      Type.Union(
        logLevels.map((level) => Type.Literal(level)),
        { description: logLevels.join(', ') },
      ),
    ),
    outbox: Type.Optional(
      Type.Object(
        { max_mb: Type.Optional(Type.Number({ minimum: 1, maximum: 1_048_576, description: 'MiB from 1 to 1048576' })) },
        { ...closed, description: 'the outbox, as { max_mb }' },
      ),
    ),
    devices: Type.Array(Device, { description: 'a list of devices' }),
  },
  { ...closed, description: 'the keys cloud, data_dir, log_level, outbox and devices' },
);

const compiled = new Map<TSchema, ReturnType<typeof Compile>>();
/** Compiled once: an agent has thousands of devices, of few driver types. */
function validatorOf(schema: TSchema) {
  const known = compiled.get(schema) ?? Compile(schema);
  compiled.set(schema, known);
  return known;
}
const isConfig = (value: unknown): value is Static<typeof Config> => validatorOf(Config).Check(value);

export interface AgentConfig {
  cloud: { url: string; agent: string; token: string; http: string | null };
  data_dir: string;
  log_level: LogLevel;
  max_mb: number;
  devices: DeviceConfig[];
}
export interface DeviceConfig {
  id: string;
  kind: string;
  interval_s: number;
  baseline: Baseline | null;
  driver: { type: string };
}

/** Reads and checks `path` (YAML; JSON by its name) with the environment over it. Throws fatal with one sentence: the key, the value, what is allowed. */
export function loadConfig(path: string, env: Record<string, string | undefined>): AgentConfig {
  const given = read(path);
  const wrong = (sentence: string) => fatal('config', `${path}: ${sentence}`);
  if (!isConfig(given)) throw wrong(faultOf(Config, given) ?? 'it cannot be understood');
  for (const key of ['url', 'http'] as const) {
    const address = given.cloud[key];
    if (address !== undefined && !URL.canParse(address)) throw wrong(`cloud.${key} is ${shown(given, ['cloud', key])}; allowed: ${schemaAt(Config, ['cloud', key])?.description}`);
  }
  const token = env.GW_AGENT_TOKEN || given.cloud.token;
  if (!token) throw wrong('cloud.token is missing; allowed: the token that the cloud has shown for this agent, here or in GW_AGENT_TOKEN');
  const level = (env.GW_LOG_LEVEL || given.log_level) ?? 'info';
  if (!(logLevels as readonly string[]).includes(level)) throw fatal('config', `GW_LOG_LEVEL is ${JSON.stringify(level)}; allowed: ${logLevels.join(', ')}`);
  const seen = new Set<string>();
  given.devices.forEach((device, i) => {
    if (seen.has(device.id)) throw wrong(`devices.${i}.id is ${JSON.stringify(device.id)}; allowed: an id that no other device of the file has`);
    seen.add(device.id);
    const fault = driverFault(device);
    if (fault) throw wrong(`devices.${i}.driver${fault}`);
  });
  return {
    cloud: { url: given.cloud.url, agent: given.cloud.agent, token, http: given.cloud.http?.replace(/\/+$/, '') ?? null },
    data_dir: given.data_dir ?? './edge-data',
    log_level: level as LogLevel,
    max_mb: given.outbox?.max_mb ?? 256,
    devices: given.devices.map(({ interval_s = 600, baseline = null, ...rest }) => ({ ...rest, interval_s, baseline })),
  };
}

function read(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fatal('config', `${path} cannot be read (${(error as { code?: string }).code}); --config takes a YAML or JSON file`, error);
  }
  try {
    if (path.endsWith('.json')) return JSON.parse(text);
    // Only who writes YAML pays for its parser.
    const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml');
    // Its warnings quote the file, and go to stderr by themselves.
    return yaml.parse(text, { logLevel: 'error' });
  } catch (error) {
    // A parser's own words quote the file, and with it the token: only the place is told.
    const place = /at (line \d+, column \d+|position \d+)/.exec(reasonOf(error))?.[0];
    throw fatal('config', `${path} is neither YAML nor JSON${place ? `: it breaks off ${place}` : ''}`);
  }
}

/** From the driver's key on; null: it is in order. */
function driverFault({ kind, driver }: Static<typeof Device>): string | null {
  const type = driverTypeOf(driver.type);
  if (!type) return `.type is ${JSON.stringify(driver.type)}; allowed: ${driverTypes.map((one) => one.type).join(', ')}`;
  const fault = faultOf(type.schema, driver) ?? type.refuse(driver, kindOf(kind) as NonNullable<ReturnType<typeof kindOf>>);
  return fault === null ? null : `.${fault}`;
}

/** The first fault as "key is value; allowed: …"; null: there is none. */
function faultOf(schema: TSchema, value: unknown): string | null {
  const validator = validatorOf(schema);
  if (validator.Check(value)) return null;
  const errors = [...validator.Errors(value)];
  const closedOff = errors.find(({ keyword }) => keyword === 'additionalProperties');
  if (closedOff) {
    const [key] = (closedOff.params as { additionalProperties: string[] }).additionalProperties;
    const path = keysOf(closedOff.instancePath);
    const allowed = Object.keys(schemaAt(schema, path)?.properties ?? {}).join(', ');
    return `${[...path, key].join('.')} is ${shown(value, [...path, key as string])}, an unknown key; allowed here: ${allowed}`;
  }
  const [first] = errors;
  if (!first) return null;
  const path = keysOf(first.instancePath);
  if (first.keyword === 'required') {
    const [key] = (first.params as { requiredProperties: string[] }).requiredProperties;
    return `${[...path, key].join('.')} is missing; allowed: ${schemaAt(schema, [...path, key as string])?.description ?? 'a value'}`;
  }
  return `${path.join('.') || 'the whole file'} is ${shown(value, path)}; allowed: ${schemaAt(schema, path)?.description ?? first.message}`;
}

interface Node {
  description?: string;
  properties?: Record<string, Node>;
  items?: Node;
}
const keysOf = (pointer: string): string[] => pointer.split('/').slice(1);
const schemaAt = (schema: TSchema, path: readonly string[]): Node | undefined =>
  path.reduce<Node | undefined>((node, key) => node?.properties?.[key] ?? node?.items, schema as Node);
const valueAt = (value: unknown, path: readonly string[]): unknown => path.reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], value);
/** A value as the sentence shows it; what may be a secret, or hold one, is not shown. */
function shown(value: unknown, path: readonly string[]): string {
  const part = valueAt(value, path);
  if (part === undefined) return 'nothing';
  if (/tok|pass|secret|key/i.test(path.at(-1) ?? '')) return '(not shown)';
  if (typeof part === 'object' && part !== null) return Array.isArray(part) ? 'a list' : 'an object';
  // An address may hold a name and a password before its host.
  return JSON.stringify(part)
    .replace(/\/\/.*@/, '//(not shown)@')
    .slice(0, 80);
}
