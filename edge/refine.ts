/** From what a driver gave to what the contract calls values: only the kind's metrics, of their type; what follows from others is added. Pure. */
import type { Baseline, Kind, Values } from '../devices/kinds/kinds.ts';

export interface Refined {
  values: Values;
  /** Metrics that the kind does not have, or of the wrong type, or no finite number. */
  refused: string[];
}

export function refine(kind: Kind, raw: Record<string, unknown>, baseline: Baseline | null): Refined {
  const values: Values = {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(raw)) {
    const type = kind.metrics[name]?.type;
    if (type === 'number' && typeof value === 'number' && Number.isFinite(value)) values[name] = value;
    else if (type === 'boolean' && typeof value === 'boolean') values[name] = value;
    else refused.push(name);
  }
  if (!kind.derive) return { values, refused };
  const derived = kind.derive(values, baseline);
  for (const [name, value] of Object.entries(derived)) {
    // What was computed claims no more digits than a screen shows, and one.
    if (!(name in values) && typeof value === 'number') derived[name] = Number(value.toFixed((kind.metrics[name]?.digits ?? 2) + 1));
  }
  return { values: derived, refused };
}
