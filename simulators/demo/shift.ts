/**
 * The shift on duty: cases that the demo's incidents opened, and that nobody has touched for long, are worked off by the demo's people, so that the boards
 * do not only grow. Whoever tries the demo is never overtaken: a case that anybody else has moved is left alone for good.
 */
import { type Clock, every } from '../../devices/clock.ts';
import { reasonOf } from '../../devices/errors.ts';
import type { Logger } from '../../devices/log.ts';
import { HttpProblem } from '../client.ts';
import type { Device } from '../district/district.ts';
import { type Act, actsOf, type Case, type People } from './people.ts';
import type { DemoState, StateFile } from './state.ts';

export interface ShiftPace {
  /** How long a case has been there before it is begun, milliseconds. */
  begins: number;
  /** From one act on a case to the next, milliseconds. */
  between: number;
  /** How often the board is looked at, milliseconds. */
  look: number;
}
const minute = 60_000;
export const calmShift: ShiftPace = { begins: 45 * minute, between: 5 * minute, look: minute };

const next: Readonly<Record<string, Act>> = { reported: 'register', registered: 'dispatch', dispatched: 'accept', handling: 'feedback', feedback: 'check' };
const nextOf = ({ stage, passed }: Case): Act | undefined => (stage === 'checking' ? (passed ? 'close' : 'pass') : next[stage]);
const openStages = 'stage=reported,registered,dispatched,handling,feedback,checking';

export class Shift {
  private readonly people: People;
  private readonly devices: ReadonlyMap<string, Device>;
  private readonly state: DemoState;
  private readonly file: StateFile;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly pace: ShiftPace;
  private cancel = () => {};
  private stopped = false;

  constructor(people: People, devices: readonly Device[], state: DemoState, file: StateFile, clock: Clock, log: Logger, pace: ShiftPace = calmShift) {
    this.people = people;
    this.devices = new Map(devices.map((device) => [device.id, device]));
    this.state = state;
    this.file = file;
    this.clock = clock;
    this.log = log;
    this.pace = pace;
  }

  start(): void {
    this.cancel = every(this.clock, this.pace.look, async () => {
      try {
        await this.look();
      } catch (thrown) {
        // The cloud may be away for a while, or somebody has changed a password: the demo goes on without its people, and they look again.
        if (!this.stopped) this.log.warn({ reason: reasonOf(thrown) }, 'demo: the shift could not look after the cases');
      }
    });
  }

  /** Twice is harmless. */
  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  /** One act on every case whose time has come. */
  async look(): Promise<void> {
    const open: Case[] = [];
    for await (const one of this.people.list(openStages)) open.push(one);
    const before = JSON.stringify(this.state.shift);
    // What is closed or gone needs no memory.
    const there = new Set(open.map(({ id }) => id));
    for (const id of Object.keys(this.state.shift)) if (!there.has(id)) delete this.state.shift[id];
    for (const one of open) {
      if (this.stopped) break;
      await this.workOn(one);
    }
    if (JSON.stringify(this.state.shift) !== before) this.file.write(this.state);
  }

  private async workOn(one: Case): Promise<void> {
    const device = one.device === null ? undefined : this.devices.get(one.device);
    const act = nextOf(one);
    if (!device || !act || one.source === 'person') return;
    const now = this.clock.now();
    const mine = this.state.shift[one.id];
    const untouched = mine === undefined ? one.history.every(({ by }) => by === 'system') && now - one.opened > this.pace.begins : mine === one.version;
    const since = now - (one.history.at(-1)?.at ?? one.opened);
    if (!untouched || since < this.pace.between) return;
    try {
      const after = await this.people.act(one, act, device, Math.abs(one.opened % 1_000_000), act === 'feedback' ? '已处置' : undefined);
      this.state.shift[one.id] = after.version;
    } catch (thrown) {
      if (!(thrown instanceof HttpProblem && thrown.status === 409)) throw thrown;
      this.log.info({ case: one.id, act, acts: actsOf(one) }, 'demo: somebody was quicker, the case is left to them');
    }
  }
}
