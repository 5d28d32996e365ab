/** Checks what comes in against the typebox schema of its route and names each wrong part: key, value, what is allowed. */
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { deepest, isShallow } from '../../devices/nesting.ts';
import type { Fault } from '../refusal.ts';

export class InputError extends Error {
  constructor(readonly faults: Fault[]) {
    super(faults.map((fault) => `${fault.key}: ${fault.allowed}`).join('; '));
    this.name = 'InputError';
  }
}

// Of 8, the default, a choice of objects takes all, and what else is wrong is never told.
Settings.Set({ maxErrors: 100 });

/** The parts of a JSON schema that are read here. */
interface SchemaNode {
  anyOf?: SchemaNode[];
  type?: string;
  const?: unknown;
  description?: string;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  [keyword: string]: unknown;
}
interface CheckError {
  keyword: string;
  schemaPath: string;
  instancePath: string;
  params: Record<string, unknown>;
  message: string;
}

/** Query strings and paths come as text and are turned into numbers where the schema says so; a body is taken as it is. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = compile(schema);
  return (value) => {
    const input = httpPart === 'body' ? value : fromText(schema as SchemaNode, value);
    const faults = isShallow(input) ? check(input) : [{ key: httpPart ?? 'body', value: undefined, allowed: `lists and objects at most ${deepest} deep` }];
    return faults.length === 0 ? { value: input } : { error: new InputError(faults) };
  };
};

/** Text that is a decimal number, where one is wanted: `1e2`, `0x10` and `true` are none. */
function fromText(schema: SchemaNode, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const converted = Object.entries(value).map(([key, text]): [string, unknown] => {
    const { type } = schema.properties?.[key] ?? {};
    const isNumber = (type === 'number' || type === 'integer') && typeof text === 'string' && /^-?\d{1,16}(\.\d{1,16})?$/.test(text);
    return [key, isNumber ? Number(text) : text];
  });
  return Object.fromEntries(converted);
}

/** The wrong parts of a value; none when it fits. */
export function compile(schema: TSchema): (value: unknown) => Fault[] {
  const branches = ((schema as SchemaNode).anyOf ?? [schema]) as SchemaNode[];
  const compiled = branches.map((branch) => ({ branch, validator: Compile(branch as TSchema) as Validator }));
  return (value) => {
    if (compiled.some(({ validator }) => validator.Check(value))) return [];
    // Of a choice (one or an array, one of several types) only the branch that was meant is explained.
    const meant = compiled.find(({ branch }) => isMeant(branch, value)) ?? compiled[0];
    return meant ? faultsOf(meant.branch, value, meant.validator.Errors(value) as Iterable<CheckError>) : [];
  };
}

function isMeant(branch: SchemaNode, value: unknown): boolean {
  if (branch.type === 'array') return Array.isArray(value);
  if (branch.type !== 'object' || typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(branch.properties ?? {}).every(([key, part]) => part.const === undefined || part.const === (value as Record<string, unknown>)[key]);
}

function faultsOf(schema: SchemaNode, value: unknown, errors: Iterable<CheckError>): Fault[] {
  const all = [...errors];
  const choices = all.filter((error) => error.keyword === 'anyOf');
  const faults = new Map<string, Fault>();
  const add = (path: string, allowed: string) => {
    const key = dotted(path);
    if (!faults.has(key)) faults.set(key, { key, value: at(value, path), allowed });
  };
  for (const error of all) {
    const inside = choices.find((choice) => error.schemaPath.startsWith(`${choice.schemaPath}/anyOf/`));
    if (inside && !(isNullable(node(schema, inside.schemaPath)) && at(value, inside.instancePath) !== null && error.params.type !== 'null')) continue;
    const here = node(schema, error.schemaPath);
    if (error.keyword === 'anyOf') {
      if (!isNullable(here) || typeof at(value, error.instancePath) !== 'object') add(error.instancePath, sentence(here, error));
    } else if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties as string[]) add(`${error.instancePath}/${name}`, `is required${described(here?.properties?.[name])}`);
    } else if (error.keyword === 'additionalProperties') {
      for (const name of error.params.additionalProperties as string[]) add(`${error.instancePath}/${name}`, unknownKey(here));
    } else if (error.keyword === 'boolean') {
      add(error.instancePath, unknownKey(node(schema, error.schemaPath.replace(/\/additionalProperties$/, ''))));
    } else add(error.instancePath, sentence(here, error));
  }
  return faults.size > 0 ? [...faults.values()] : [{ key: 'body', value, allowed: 'does not fit the schema' }];
}

const unknownKey = (schema: SchemaNode | undefined) => `is not known here; known are ${Object.keys(schema?.properties ?? {}).join(', ') || 'none'}`;
const described = (schema: SchemaNode | undefined) => (schema?.description ? `: ${schema.description}` : '');
const isNullable = (schema: SchemaNode | undefined) => schema?.anyOf?.length === 2 && schema.anyOf.some((branch) => branch.type === 'null');

function sentence(schema: SchemaNode | undefined, error: CheckError): string {
  const constants = schema?.anyOf?.filter((branch) => branch.const !== undefined || branch.type === 'null').map((branch) => String(branch.const ?? 'null'));
  if (constants?.length && constants.length === schema?.anyOf?.length) return `one of ${constants.join(', ')}`;
  if (schema?.description) return schema.description;
  if (error.keyword === 'const') return `must be ${JSON.stringify(error.params.allowedValue)}`;
  return error.message;
}

/** The schema that a path such as `#/properties/a/items` names. */
function node(schema: SchemaNode, path: string): SchemaNode | undefined {
  let here: unknown = schema;
  for (const part of path.split('/').slice(1)) here = (here as Record<string, unknown> | undefined)?.[unslash(part)];
  return here as SchemaNode | undefined;
}

function at(value: unknown, path: string): unknown {
  let here = value;
  for (const part of path.split('/').slice(1)) here = (here as Record<string, unknown> | null | undefined)?.[unslash(part)];
  return here;
}

const unslash = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** `/3/departments/owner` → `[3].departments.owner`. */
const dotted = (path: string) =>
  path
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${unslash(part)}`))
    .join('')
    .replace(/^\./, '') || 'body';
