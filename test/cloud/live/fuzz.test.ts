/** Whatever a socket says: an answer or an end, and another client beside it misses nothing. */
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messages } from '../../../cloud/live/live.ts';
import { fc, fitting, inPieces, jsonOf, nearly, nearlyJson, odd, patience, runs, type Schema } from '../../kit/fuzz.ts';
import { type LiveClient, openLive, type TestLive } from '../../kit/live.ts';

let kit: TestLive;
let healthy: LiveClient;
let raised = 0;
const crashes: unknown[] = [];
const crashed = (thrown: unknown) => void crashes.push(thrown);
beforeAll(async () => {
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  kit = await openLive();
  healthy = await kit.connect('hejing').ready();
}, 60_000);
afterAll(async () => {
  await kit.close();
  process.off('uncaughtException', crashed);
  process.off('unhandledRejection', crashed);
});

/** The healthy one hears what happens now. */
async function stillTold(): Promise<void> {
  const { alert } = kit.raise('cover-1', { cause: `cause-${raised++}` }).placed;
  await healthy.until(() => expect(healthy.alerts.has(alert.id)).toBe(true));
  expect(crashes).toEqual([]);
  expect(healthy.gaps).toBe(0);
}

const words = ['cover-1', 'cover-2', 'post-1', 'nobody'];
const right = fc.oneof(fc.tuple(fc.constant('watch'), fitting(messages.Watch as Schema, words)), fc.tuple(fc.constant('resume'), fitting(messages.Resume as Schema, words)));
const said: fc.Arbitrary<unknown[]> = fc.oneof(
  { weight: 2, arbitrary: right },
  {
    weight: 3,
    arbitrary: right.chain(([event, body]) =>
      nearlyJson([body]).map((text) => [event, text === '' || text.length > 10_000 ? null : JSON.parse(text.replaceAll('1e999', '1e308'))]),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.oneof(fc.constantFrom('watch', 'resume', '__proto__', 'constructor', 'snapshot', 'delta'), fc.string({ minLength: 1, maxLength: 8 })), odd, odd),
  },
);
/** Names that the library itself keeps from being sent. */
const kept = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

test(
  'what a client asks is answered, well or with what is allowed',
  async () => {
    // A client that asks too much is told to wait: each asks a little.
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 8 }), async (asks) => {
        const client = await kit.connect('admin').ready();
        for (const [event, ...args] of asks) {
          if (kept.includes(event as string)) continue;
          const answer = await client.socket.timeout(5000).emitWithAck(event as string, ...args);
          expect(answer).toEqual(answer.ok ? expect.objectContaining({ ok: true }) : { ok: false, error: expect.any(String) });
        }
        client.socket.disconnect();
        await stillTold();
      }),
      runs(12),
    );
  },
  patience(12),
);

/** A websocket of raw bytes, past its handshake. */
function webSocket(): Promise<Socket> {
  const socket = connect(kit.port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: 127.0.0.1:${kit.port}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  return new Promise((resolve) => socket.once('data', () => resolve(socket)));
}
/** A frame of a client (RFC 6455, 5.2), masked with nothing. */
function frame(payload: string | Buffer, opcode = 1): Buffer {
  const body = Buffer.from(payload as string);
  const length = body.length < 126 ? [0x80 | body.length] : [0x80 | 126, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length, 0, 0, 0, 0]), body]);
}

test(
  'frames and packets that are nearly right, in any pieces, end their own connection at most',
  async () => {
    const token = kit.tokens.get('admin') as string;
    const session = [`40${JSON.stringify({ token })}`, '420["resume",{"version":1}]', '421["watch",{"devices":["cover-1"]}]', '3', '451-["watch",{"_placeholder":true,"num":0}]'];
    const whole = Buffer.concat([...session.map((text) => frame(text)), frame(Buffer.from([1, 2, 3]), 2), frame('', 9), frame(Buffer.from([3, 232]), 8)]);
    const packets = fc
      .array(nearlyJson([{ token }, ['resume', { version: 1 }], ['watch', { devices: ['cover-1'] }]]), { maxLength: 4 })
      .chain((bodies) =>
        fc
          .array(fc.constantFrom('40', '42', '420', '43', '44', '45', '451-', '41', '40/admin,', '4', '6', 'b'), { minLength: bodies.length, maxLength: bodies.length })
          .map((heads) => Buffer.concat(bodies.map((body, i) => frame(`${heads[i]}${body}`.slice(0, 60_000))))),
      );
    await fc.assert(
      fc.asyncProperty(inPieces(fc.oneof(nearly([whole]), packets)), async (pieces) => {
        const socket = await webSocket();
        const closed = new Promise((resolve) => socket.once('close', resolve));
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise(setImmediate);
        }
        socket.end();
        socket.resume();
        await closed;
        await stillTold();
      }),
      runs(30),
    );
  },
  patience(30),
);

test(
  'bodies of long polling that are nearly right are answered, never by a fault of ours',
  async () => {
    const base = `http://127.0.0.1:${kit.port}/socket.io/?EIO=4&transport=polling`;
    const token = kit.tokens.get('admin') as string;
    const original = Buffer.from(`40${JSON.stringify({ token })}\u001e420["watch",{"devices":["cover-1"]}]\u001e3`);
    const sid = fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: odd.map(jsonOf) });
    await fc.assert(
      fc.asyncProperty(nearly([original]), sid, async (body, other) => {
        const own = JSON.parse((await (await fetch(base)).text()).slice(1)).sid as string;
        const say = (sid: string, body: string | Uint8Array<ArrayBuffer>) =>
          fetch(`${base}&sid=${encodeURIComponent(sid)}`, { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
        const answer = await say(other === null ? own : Buffer.from(other.slice(0, 200)).toString(), new Uint8Array(body));
        expect(answer.status).toBeLessThan(500);
        // It says that it goes: otherwise it is missed only after the time that a poll may take.
        await say(own, '1');
        await stillTold();
      }),
      runs(30),
    );
  },
  patience(30),
);

test('afterwards nothing is left of it', async () => {
  await expect.poll(() => kit.live.stats().sockets, { timeout: 40_000 }).toBe(1);
}, 50_000);
