/** The frame that all Milesight sensors share (domain.md 2.2): repeated channel id, channel type, value; little-endian. */

/** What a device sends back of a downlink, on channel FE or FF. */
function echoes(): Record<string, number> {
  const lengths = { '03': 2, '06': 9, '10': 1, '28': 1, '62': 1, '63': 8 };
  return Object.fromEntries(['fe', 'ff'].flatMap((channel) => Object.entries(lengths).map(([type, length]) => [`${channel} ${type}`, length])));
}

/** Value lengths of the channels that every device of the maker may send, by `id type`. */
const common: Record<string, number> = {
  ...echoes(),
  'ff 01': 1, // protocol version
  'ff 09': 2, // hardware version
  'ff 0a': 2, // firmware version
  'ff 0b': 1, // power on
  'ff 0f': 1, // LoRa class
  'ff 16': 8, // serial number
  'ff fe': 1, // reset
  'ff ff': 2, // TSL version
};

/** A channel of a device: how many bytes its value has, and what they say. */
export interface Channel<T> {
  length: number;
  read(value: DataView): Partial<T>;
}

/** Reads a frame to its end. An unknown channel has an unknown length: reading stops there, with a warning. */
export function readFrame<T extends object>(bytes: Uint8Array, channels: Record<string, Channel<T>>): { data: Partial<T>; errors: string[]; warnings: string[] } {
  const data: Partial<T> = {};
  for (let at = 0; at < bytes.length; ) {
    const key = Buffer.from(bytes.subarray(at, at + 2))
      .toString('hex')
      .replace(/(..)(..)/, '$1 $2');
    const channel = channels[key];
    const length = channel?.length ?? common[key];
    if (length === undefined) return { data, errors: [], warnings: [`unknown channel ${key} at byte ${at}`] };
    if (at + 2 + length > bytes.length) return { data, errors: [`channel ${key} at byte ${at} is cut off`], warnings: [] };
    if (channel) Object.assign(data, channel.read(new DataView(bytes.buffer, bytes.byteOffset + at + 2, length)));
    at += 2 + length;
  }
  return { data, errors: [], warnings: [] };
}
