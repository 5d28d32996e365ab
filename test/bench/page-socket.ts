/** An open page as the wire sees it: socket.io over a bare WebSocket, so that thousands fit into one process that looks into nothing. */
import WebSocket from 'ws';

export interface Heard {
  open: number;
  /** Messages that are deltas (of a plain server: all), and the bytes of all frames' contents. */
  deltas: number;
  bytes: number;
}

/** Opens one; resolves when it is let in. `heard` counts for all. */
export function openPage(url: string, cookie: string, plain: boolean, heard: Heard): Promise<WebSocket> {
  const socket = new WebSocket(plain ? url : `${url}/socket.io/?EIO=4&transport=websocket`, { headers: { cookie }, perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    const open = () => {
      heard.open++;
      resolve(socket);
    };
    if (plain) socket.once('open', open);
    socket.on('close', () => heard.open--);
    socket.on('message', (data: Buffer) => {
      heard.bytes += data.length;
      if (plain) heard.deltas++;
      // engine.io: 0 open, 2 ping; socket.io within its messages: 40 connected, 42 an event.
      else if (data[0] === 0x30) socket.send('40');
      else if (data[0] === 0x32) socket.send('3');
      else if (data[0] === 0x34 && data[1] === 0x30) open();
      else if (data[0] === 0x34 && data[1] === 0x34) reject(new Error(`not let in: ${data.toString('utf8', 2, 200)}`));
      else if (data.toString('latin1', 0, 10) === '42["delta"') heard.deltas++;
    });
  });
}
