import type { Scope } from '../app/shapes.ts';

/** A scope as a form holds it, and back. Pure. */
export const scopeKinds = ['all', 'department', 'grid', 'site'] as const;
export type ScopeKind = (typeof scopeKinds)[number];
export interface ScopeForm {
  kind: ScopeKind;
  ids: string[];
}
export function scopeForm(scope: Scope): ScopeForm {
  if ('all' in scope) return { kind: 'all', ids: [] };
  const [kind, value] = Object.entries(scope)[0] as [Exclude<ScopeKind, 'all'>, string | string[]];
  return { kind, ids: typeof value === 'string' ? [value] : [...value] };
}
export const scopeOf = ({ kind, ids }: ScopeForm): Scope => (kind === 'all' ? { all: true } : ({ [kind]: ids } as Scope));
/** What a role usually sees; a school never everything. */
export const usualScope = (role: string): ScopeKind => (({ handler: 'department', gridworker: 'grid', school: 'site' })[role as 'handler'] as ScopeKind | undefined) ?? 'all';
