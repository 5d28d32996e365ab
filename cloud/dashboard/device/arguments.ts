import type { Argument } from '../app/shapes.ts';

/** What was typed as the command wants it; null: not allowed. Pure. */
export function argumentValue(argument: Argument, typed: string): string | number | null {
  const text = typed.trim();
  if (argument.type === 'string') return text === '' || (argument.maxLength !== undefined && text.length > argument.maxLength) ? null : text;
  if (text === '') return null;
  const value = Number(text);
  if (!Number.isFinite(value) || (argument.type === 'integer' && !Number.isInteger(value))) return null;
  if ((argument.min !== undefined && value < argument.min) || (argument.max !== undefined && value > argument.max)) return null;
  return value;
}
