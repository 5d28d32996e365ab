/** The peer of the live view: a plain WebSocket server that sends the same text to all, as often. It looks at no rights, keeps no versions, replays nothing. */
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { options, tell } from '../parent.ts';

const { bytes, everyMs } = await options<{ bytes: number; everyMs: number }>();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.once('listening', () => tell({ port: (server.address() as AddressInfo).port }));
process.once('message', () => {
  const text = 'x'.repeat(bytes);
  setInterval(() => {
    for (const socket of server.clients) socket.send(text);
  }, everyMs);
});
