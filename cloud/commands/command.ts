/** A command as the contract shapes it; what a kind's literal lets it say. */
import Type, { type Static, type TSchema } from 'typebox';
import { idPattern } from '../../devices/ids.ts';
import { type Argument, kindOf } from '../../devices/kinds/kinds.ts';
import { type Fault, invalid } from '../refusal.ts';

const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
export const commandStatuses = ['queued', 'sent', 'done', 'failed', 'expired'] as const;
export type CommandStatus = (typeof commandStatuses)[number];

/** Bounds of `expires`, from now on, ms. */
export const shortestMs = 1_000;
export const longestMs = 7 * 86_400_000;
export const usualMs = 600_000;

export const CommandInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    args: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), { description: 'an object of the arguments that the kind names' })),
    expires: Type.Optional(
      Type.Number({
        description: `milliseconds since 1970: not begun by then, it is never begun; from ${shortestMs / 1000} s to ${longestMs / 86_400_000} days ahead, else ${usualMs / 60_000} minutes`,
      }),
    ),
  },
  { additionalProperties: false },
);
export type CommandInput = Static<typeof CommandInput>;

/** Times in ms since 1970 UTC. */
export const Command = Type.Object({
  id: Type.String({ pattern: idPattern }),
  device: Type.String(),
  name: Type.String(),
  args: Type.Record(Type.String(), Type.Unknown()),
  status: Type.Enum(commandStatuses, { description: `one of ${commandStatuses.join(', ')}` }),
  result: Type.Unknown({ description: 'what the device answered; null where it did not' }),
  error: nullable(Type.String()),
  photo: nullable(
    Type.Object(
      { width: Type.Integer(), height: Type.Integer(), bytes: Type.Integer(), sha256: Type.String(), takenAt: nullable(Type.Number()) },
      { description: 'what a `snapshot` brought; GET /api/commands/{id}/photo' },
    ),
  ),
  by: Type.String(),
  at: Type.Number(),
  expires: Type.Number(),
  sent: nullable(Type.Number({ description: 'when the agent acknowledged it' })),
  ended: nullable(Type.Number()),
});
export type Command = Static<typeof Command>;

/** Throws `invalid`, naming each wrong part and what is allowed there. */
export function checkCommand(kindId: string, { name, args = {}, expires }: CommandInput, now: number): { args: Record<string, unknown>; expires: number } {
  const commands = kindOf(kindId)?.commands ?? {};
  const spec = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!spec) throw invalid([{ key: 'name', value: name, allowed: `a ${kindId} takes ${Object.keys(commands).join(', ') || 'no commands'}` }]);
  const faults: Fault[] = [];
  const whole: Record<string, unknown> = {};
  for (const key of Object.keys(args)) {
    if (!Object.hasOwn(spec.args, key))
      faults.push({ key: `args.${key}`, value: args[key], allowed: `is not known here; ${name} takes ${Object.keys(spec.args).join(', ') || 'no arguments'}` });
  }
  for (const [key, argument] of Object.entries(spec.args)) {
    const value = Object.hasOwn(args, key) ? args[key] : argument.usual;
    whole[key] = value;
    const allowed = wrong(argument, value);
    if (allowed !== null) faults.push({ key: `args.${key}`, value, allowed });
  }
  if (expires !== undefined && !(expires >= now + shortestMs && expires <= now + longestMs)) {
    faults.push({ key: 'expires', value: expires, allowed: `from ${shortestMs / 1000} s to ${longestMs / 86_400_000} days ahead, in milliseconds since 1970` });
  }
  if (faults.length > 0) throw invalid(faults);
  return { args: whole, expires: Math.floor(expires ?? now + usualMs) };
}

/** What is allowed, where the value is not; null: it is. */
function wrong({ type, min, max, maxLength, unit }: Argument, value: unknown): string | null {
  if (type === 'string') {
    const longest = maxLength ?? 1000;
    return typeof value === 'string' && value.length > 0 && value.length <= longest ? null : `a text of 1 to ${longest} characters`;
  }
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (type !== 'integer' || Number.isInteger(value)) &&
    (min === undefined || value >= min) &&
    (max === undefined || value <= max);
  const bounds = [min === undefined ? '' : `from ${min}`, max === undefined ? '' : `to ${max}`, unit ?? ''].filter((part) => part !== '').join(' ');
  return fits ? null : `a ${type === 'integer' ? 'whole ' : ''}number${bounds ? ` ${bounds}` : ''}`;
}
