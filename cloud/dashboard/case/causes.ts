import type { Kind } from '../app/shapes.ts';
import { pick } from '../words/words.svelte.ts';

/** A cause in a person's words: the label of the event that raises it, or of the metric whose limit does; what a person wrote stands as it is. */
export function causeName(cause: string, kind: Kind | undefined): string {
  if (!kind) return cause;
  const event = Object.values(kind.events).find((spec) => spec.effect === 'raises' && spec.cause === cause);
  if (event) return pick(event.label);
  const limit = kind.limits.find((one) => one.cause === cause);
  const metric = limit ? kind.metrics[limit.metric] : undefined;
  return metric ? pick(metric.label) : cause;
}
/** Words that a person may choose for what is wrong: what the kinds know of. */
export const causesOf = (kinds: readonly Kind[]): string[] => [
  ...new Set(
    kinds.flatMap((kind) =>
      Object.values(kind.events)
        .filter((spec) => spec.effect === 'raises')
        .map((spec) => pick(spec.label)),
    ),
  ),
];
