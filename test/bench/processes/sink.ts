/** What a broker would be that does nothing: takes any CONNECT, answers each PUBLISH with a PUBACK, and looks at nothing. The generator's own ceiling. */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { tell } from '../parent.ts';

const connack = Buffer.from([0x20, 2, 0, 0]);
const pubacks = Buffer.alloc(4 * 4096);
for (let at = 0; at < pubacks.length; at += 4) pubacks.writeUInt32BE(0x40020001, at);

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  /** Of the packet under way: what is still to come. */
  let skip = 0;
  let head = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    const bytes = head.length > 0 ? Buffer.concat([head, chunk]) : chunk;
    head = Buffer.alloc(0);
    let at = skip;
    let published = 0;
    while (at < bytes.length) {
      const length = remaining(bytes, at + 1);
      if (length === null) {
        head = bytes.subarray(at);
        break;
      }
      if (bytes[at] === 0x10) socket.write(connack);
      else published++;
      at += 1 + length.bytes + length.value;
    }
    skip = head.length > 0 ? 0 : Math.max(0, at - bytes.length);
    if (published > 0) socket.write(pubacks.subarray(0, 4 * published));
  });
}

/** null: it is not all there yet. */
function remaining(bytes: Buffer, from: number): { value: number; bytes: number } | null {
  let value = 0;
  for (let i = 0; from + i < bytes.length; i++) {
    const byte = bytes[from + i] as number;
    value |= (byte & 127) << (7 * i);
    if (byte < 128) return { value, bytes: i + 1 };
  }
  return null;
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', () => tell({ port: (server.address() as AddressInfo).port }));
