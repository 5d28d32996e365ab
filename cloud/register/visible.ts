/** What a scope may refer to. */
import type { Scope } from '../scope.ts';
import type { Reference } from './references.ts';
import type { Roster } from './roster.ts';

/** Those that the scope names itself, and those that the devices in it refer to; null: all there are. */
export function visible(roster: Roster, what: Reference, scope: Scope): ReadonlySet<string> | null {
  if ('all' in scope) return null;
  const seen = new Set<string>(what in scope ? (scope as Record<string, string[]>)[what] : []);
  for (const slot of roster.inScope(scope)) {
    const { placed, agent } = roster.entry(slot);
    if (what === 'department') for (const department of placed.departments) seen.add(department);
    else {
      const id = what === 'agent' ? agent : placed[what];
      if (id !== null) seen.add(id);
    }
  }
  return seen;
}
