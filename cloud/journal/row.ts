/** A row of the journal as it stands in its file. */
import { crc32 } from 'node:zlib';

export interface Stored {
  id: number;
  jt: number;
  n: number;
  crc: number;
  data: Buffer;
}

/** What a row's checksum covers: where it stands, its time, its count and its bytes. */
export function checksum(id: number, jt: number, n: number, data: Uint8Array): number {
  const head = Buffer.allocUnsafe(20);
  head.writeDoubleLE(id, 0);
  head.writeDoubleLE(jt, 8);
  head.writeUInt32LE(n, 16);
  return crc32(data, crc32(head));
}

/** Whether it is what was written. */
export const isWhole = ({ id, jt, n, crc, data }: Stored): boolean => checksum(id, jt, n, data) === crc;
