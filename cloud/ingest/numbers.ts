/** The numbers a device has used, as ranges per boot: what a repeat is known by, and what proves a gap. */

/** [first, last, first, last, …], ascending, not touching. */
export type Ranges = number[];
export interface Boot {
  boot: number;
  ranges: Ranges;
}

/** Boots remembered of one device. */
const maxBoots = 8;
/** Ranges remembered of one boot. Past it the oldest is forgotten: what was never seen is never taken for a repeat, a repeat so old is stored once more, the same. */
const maxRanges = 512;

/** Adds a number. false: it was there. */
export function addNumber(ranges: Ranges, seq: number): boolean {
  const end = ranges.length;
  // The common case: the next number after the last.
  if (end > 0 && seq === (ranges[end - 1] as number) + 1) {
    ranges[end - 1] = seq;
    return true;
  }
  let low = 0;
  let high = end / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[2 * middle + 1] as number) < seq) low = middle + 1;
    else high = middle;
  }
  // `low` is the first range that ends at or after `seq`.
  const at = 2 * low;
  if (at < end && (ranges[at] as number) <= seq) return false;
  const touchesBefore = at > 0 && (ranges[at - 1] as number) === seq - 1;
  const touchesAfter = at < end && (ranges[at] as number) === seq + 1;
  if (touchesBefore && touchesAfter) ranges.splice(at - 1, 2);
  else if (touchesBefore) ranges[at - 1] = seq;
  else if (touchesAfter) ranges[at] = seq;
  else ranges.splice(at, 0, seq, seq);
  if (ranges.length > 2 * maxRanges) ranges.splice(0, 2);
  return true;
}

/** Numbers between the first and the last that never came. */
export function gapsIn(ranges: Ranges): number {
  let gaps = 0;
  for (let i = 2; i < ranges.length; i += 2) gaps += (ranges[i] as number) - (ranges[i - 1] as number) - 1;
  return gaps;
}

/** The ranges of this boot; made where missing, the lowest boot forgotten where there are too many. */
export function rangesOf(boots: Boot[], boot: number): Ranges {
  let found = boots.find((one) => one.boot === boot);
  if (!found) {
    found = { boot, ranges: [] };
    boots.push(found);
    if (boots.length > maxBoots) {
      let lowest = 0;
      for (let i = 1; i < boots.length - 1; i++) if ((boots[i] as Boot).boot < (boots[lowest] as Boot).boot) lowest = i;
      boots.splice(lowest, 1);
    }
  }
  return found.ranges;
}
