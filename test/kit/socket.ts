/** A page's socket, as a test sees it: the snapshot and deltas put together, and proof that no version is missed. */
import { io, type Socket } from 'socket.io-client';
import type { Person } from './product.ts';

// biome-ignore lint/suspicious/noExplicitAny: the items are the contract's shapes
type Item = any;

export class LiveView {
  readonly socket: Socket;
  readonly alerts = new Map<string, Item>();
  readonly cases = new Map<string, Item>();
  readonly devices = new Map<string, Item>();
  readonly readings: Item[] = [];
  version = -1;
  snapshots = 0;
  gaps = 0;

  constructor(person: Person) {
    this.socket = io(person.base, {
      transports: ['websocket'],
      extraHeaders: { cookie: person.cookie },
      ...(person.token ? { auth: { token: person.token } } : {}),
      forceNew: true,
      reconnection: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
    });
    this.socket.on('snapshot', (snapshot: Item) => {
      this.snapshots++;
      this.version = snapshot.version;
      for (const name of ['alerts', 'cases', 'devices'] as const) {
        this[name].clear();
        for (const item of snapshot[name]) this[name].set(item.id, item);
      }
    });
    this.socket.on('delta', (delta: Item) => {
      if (delta.prev !== this.version) this.gaps++;
      this.version = delta.version;
      for (const name of ['alerts', 'cases', 'devices'] as const)
        for (const item of delta[name] ?? []) {
          if (item.gone) this[name].delete(item.id);
          else this[name].set(item.id, { ...this[name].get(item.id), ...item });
        }
    });
    this.socket.on('reading', (reading: Item) => this.readings.push(reading));
  }

  async ready(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once('snapshot', () => resolve());
      this.socket.once('connect_error', reject);
    });
    return this;
  }

  close(): void {
    this.socket.close();
  }
}
