/** What a store says to a person or a script whose act cannot be: a `reject` error with what HTTP needs to tell it well. */
import { GwError } from '../devices/errors.ts';

/** One wrong part of an input. `key` is the dotted place (`departments.owner`, `[3].kind`), `allowed` a short sentence. */
export interface Fault {
  key: string;
  value: unknown;
  allowed: string;
}

/** Each is one entry of the catalogue in cloud/http/problems.ts, which gives it its HTTP status. */
export type RefusalCode =
  | 'invalid'
  | 'not-signed-in'
  | 'wrong-password'
  | 'forbidden'
  | 'foreign-origin'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'unsupported-media'
  | 'too-many-attempts';

export class Refusal extends GwError {
  constructor(
    readonly refusal: RefusalCode,
    message: string,
    /** Members that are added to the problem as they are: `legal`, `version`, `every`, `retryAfter` (seconds). */
    readonly more: Readonly<Record<string, unknown>> = {},
    readonly faults: readonly Fault[] = [],
  ) {
    super('reject', refusal, message);
    this.name = 'Refusal';
  }
}

export const invalid = (faults: readonly Fault[]) => new Refusal('invalid', faults.map((fault) => `${fault.key}: ${fault.allowed}`).join('; '), {}, faults);
export const conflict = (message: string, more: Readonly<Record<string, unknown>> = {}, faults: readonly Fault[] = []) => new Refusal('conflict', message, more, faults);
export const forbidden = (message: string) => new Refusal('forbidden', message);

/** Missing and out of scope are told in the same words, so that nobody learns what exists elsewhere. */
export const notFound = (thing: string) => new Refusal('not-found', `There is no such ${thing}.`);
