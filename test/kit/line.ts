/** The network between edge and cloud, in a test's hand: a TCP proxy on loopback that is slow, holds chunks back, cuts in the middle of a packet, or says nothing. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Weather {
  /** Each chunk is so late, ms. */
  latencyMs?: number;
  /** Share of chunks that are held back besides, and for how long, ms. */
  heldShare?: number;
  heldMs?: number;
  /** The connection ends after so many bytes from the edge, wherever in a packet that is. */
  cutAfterBytes?: number;
  /** Nothing passes either way, and nobody is told. */
  silent?: boolean;
}

export class Line {
  readonly #to: number;
  readonly #random: () => number;
  readonly #server: Server;
  readonly #links = new Set<{ near: Socket; far: Socket }>();
  weather: Weather = {};
  /** Hears what comes from the edge: the bytes of each connection in order. */
  listener: (connection: number, chunk: Buffer) => void = () => {};
  port = 0;
  connections = 0;
  /** Chunks that were held back. */
  held = 0;

  constructor(to: number, random: () => number) {
    this.#to = to;
    this.#random = random;
    this.#server = createServer((near) => this.#link(near));
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as { port: number }).port;
    return this;
  }

  /** Ends every connection at once, both ways. */
  cut(): void {
    for (const { near, far } of this.#links) for (const socket of [near, far]) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #link(near: Socket): void {
    const connection = ++this.connections;
    const far = connect(this.#to, '127.0.0.1');
    const link = { near, far };
    this.#links.add(link);
    const over = () => {
      this.#links.delete(link);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('error', over).on('close', over);
    let bytes = 0;
    this.#pass(near, far, (chunk) => {
      const { cutAfterBytes } = this.weather;
      this.listener(connection, chunk);
      bytes += chunk.length;
      if (cutAfterBytes === undefined || bytes < cutAfterBytes) return chunk;
      far.write(chunk.subarray(0, Math.max(0, chunk.length - (bytes - cutAfterBytes))), over);
      return null;
    });
    this.#pass(far, near, (chunk) => chunk);
  }

  /** In order: what is held back holds back what follows. */
  #pass(from: Socket, to: Socket, look: (chunk: Buffer) => Buffer | null): void {
    let before: Promise<void> = Promise.resolve();
    from.on('data', (whole) => {
      const { latencyMs = 0, heldShare = 0, heldMs = 0, silent = false } = this.weather;
      if (silent) return;
      const chunk = look(whole);
      if (chunk === null) return;
      const isHeld = this.#random() < heldShare;
      if (isHeld) this.held++;
      const due = performance.now() + latencyMs + (isHeld ? heldMs : 0);
      before = before.then(async () => {
        const wait = due - performance.now();
        if (wait > 0) await new Promise((go) => setTimeout(go, wait));
        if (!to.destroyed) to.write(chunk);
      });
    });
  }
}

/** Chance that is the same again for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
