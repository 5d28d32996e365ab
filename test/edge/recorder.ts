/** Hears what would go to the outbox, in order; for tests of what stands before it. */
import { pino } from 'pino';
import type { Addition, CommandMemo } from '../../edge/outbox/outbox.ts';

export const silent = pino({ level: 'silent' });

export class Recorder {
  readonly additions: Addition[] = [];
  readonly commands = new Map<string, CommandMemo>();

  async add(addition: Addition): Promise<void> {
    this.additions.push(addition);
    for (const memo of addition.commands ?? []) this.commands.set(memo.id, memo);
  }

  async command(id: string): Promise<CommandMemo | null> {
    return this.commands.get(id) ?? null;
  }

  readings(): { device: string; boot: number; seq: number; ts: number; values: Record<string, unknown> }[] {
    return this.additions.flatMap(({ readings = [] }) => readings.map(({ device, body }) => ({ device, ...JSON.parse(body) })));
  }

  events(): { device: string; id: string; boot: number; seq: number; ts: number; kind: string; data: Record<string, unknown> }[] {
    return this.#urgent('event') as ReturnType<Recorder['events']>;
  }

  replies(): { device: string; id: string; ok: boolean; result?: unknown; error?: string }[] {
    return this.#urgent('reply') as ReturnType<Recorder['replies']>;
  }

  #urgent(what: string): unknown[] {
    return this.additions.flatMap(({ urgent = [] }) => urgent.filter((one) => one.what === what).map(({ device, body }) => ({ device, ...JSON.parse(body) })));
  }
}

/** Lets everything run that waits for nothing but its turn. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
