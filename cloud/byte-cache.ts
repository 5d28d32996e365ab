/** What was last made of some bytes, found again by the bytes alone: for the few thousand texts (topics, names) that a stream repeats for ever. */

interface Slot<T> {
  bytes: Uint8Array;
  made: T;
}

/** Longer ones are made anew each time: whoever may say what it likes does not fill the memory with it. */
const longest = 256;

export class ByteCache<T> {
  readonly #make: (bytes: Uint8Array) => T;
  readonly #slots: (Slot<T> | undefined)[];
  readonly #mask: number;

  /** `make` sees a copy that is its own. `slots`: a power of two; two texts that fall on one slot take turns, which costs time and nothing else. */
  constructor(make: (bytes: Uint8Array) => T, slots = 1 << 15) {
    this.#make = make;
    this.#slots = new Array(slots);
    this.#mask = slots - 1;
  }

  /** Of `bytes[from..to)`. */
  get(bytes: Uint8Array, from: number, to: number): T {
    if (to - from > longest) return this.#make(bytes.slice(from, to));
    // FNV-1a: a call into C++ for a hash of some thirty bytes costs more than the loop.
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    const at = (hash ^ (hash >>> 15)) & this.#mask;
    const slot = this.#slots[at];
    if (slot !== undefined && isSame(slot.bytes, bytes, from, to)) return slot.made;
    // Not `slice`: a Buffer's is a view, and would keep the whole row.
    const own = new Uint8Array(bytes.subarray(from, to));
    const made = this.#make(own);
    this.#slots[at] = { bytes: own, made };
    return made;
  }
}

function isSame(kept: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (kept.length !== to - from) return false;
  for (let i = 0; i < kept.length; i++) if (kept[i] !== bytes[from + i]) return false;
  return true;
}
