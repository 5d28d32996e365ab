/** What agents have said over a line, read from their packets on the way: a ledger that is neither theirs nor the cloud's. */
import { type Parser, parser } from 'mqtt-packet';
import { parseUpTopic } from '../../devices/wire/wire.ts';
import type { Line } from './line.ts';

interface SaidReading {
  boot: number;
  seq: number;
  ts: number;
}

export class Said {
  /** Device → `boot/seq` → its reading; what was said again is there once. */
  readonly readings = new Map<string, Map<string, SaidReading>>();
  /** Id → kind. */
  readonly events = new Map<string, string>();
  readonly #parsers = new Map<number, Parser>();

  constructor(line: Line) {
    line.listener = (connection, chunk) => this.#parser(connection).parse(chunk);
  }

  /** Times of a device's readings, ascending. */
  timesOf(device: string): number[] {
    return [...(this.readings.get(device)?.values() ?? [])].map(({ ts }) => ts).sort((a, b) => a - b);
  }

  /** Of a device's boots: how many readings, and the highest number. */
  bootsOf(device: string): Map<number, { readings: number; last: number }> {
    const boots = new Map<number, { readings: number; last: number }>();
    for (const { boot, seq } of this.readings.get(device)?.values() ?? []) {
      const { readings, last } = boots.get(boot) ?? { readings: 0, last: -1 };
      boots.set(boot, { readings: readings + 1, last: Math.max(last, seq) });
    }
    return boots;
  }

  #parser(connection: number): Parser {
    let found = this.#parsers.get(connection);
    if (!found) {
      found = parser();
      found.on('packet', (packet) => {
        if (packet.cmd === 'publish') this.#take(packet.topic, JSON.parse(packet.payload.toString()));
      });
      this.#parsers.set(connection, found);
    }
    return found;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the bodies are the contract's shapes
  #take(topic: string, body: any): void {
    const { what, device } = parseUpTopic(topic) ?? {};
    if (what === 'event') this.events.set(body.id, body.kind);
    if (what !== 'telemetry') return;
    for (const one of [body].flat()) {
      const id = device ?? one.device;
      const readings = this.readings.get(id) ?? new Map();
      this.readings.set(id, readings.set(`${one.boot}/${one.seq}`, one));
    }
  }
}
