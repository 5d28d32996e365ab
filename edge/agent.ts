/**
 * One edge agent, as the path of a reading:
 *
 *   driver        drivers/   bytes → values                       knows a protocol, not a meaning
 *   sampler       sampler    values → reading                     the kind's metrics, device time, boot and seq
 *   local rules   rules/     reading → event                      hold, hysteresis; what the device says itself never waits
 *   outbox        outbox/    → on disk                            before anything is sent
 *   uplink        uplink/    → publish, forgotten on PUBACK       events, then the latest, then the backlog
 *
 * and back: uplink → commands → sampler or driver → a reply in the outbox.
 */
import type { Clock } from '../devices/clock.ts';
import { type Kind, kindOf } from '../devices/kinds/kinds.ts';
import type { Logger } from '../devices/log.ts';
import { type Commanded, Commands } from './commands.ts';
import type { AgentConfig, DeviceConfig } from './config.ts';
import { type Call, type Driver, type DriverType, driverTypeOf } from './drivers/drivers.ts';
import { type Memory, OutboxMemory } from './memory.ts';
import { type Outbox, ThreadOutbox } from './outbox/outbox.ts';
import { Photos } from './photos.ts';
import { Sampler } from './sampler.ts';
import { Speaker } from './speaker.ts';
import { Uplink } from './uplink/uplink.ts';

export interface AgentOptions {
  config: AgentConfig;
  version: string;
  clock: Clock;
  log: Logger;
  /** In [0, 1). */
  random: () => number;
  /** The built thread of the outbox. */
  outboxThread: URL;
  /** It cannot go on; the process should end. */
  failed: (error: Error) => void;
}

/** So many devices hand over their past at a time. */
const startTogether = 32;

export class Agent {
  readonly #options: AgentOptions;
  readonly #samplers: Sampler[] = [];
  #outbox: Outbox | null = null;
  #uplink: Uplink | null = null;
  #stopping: Promise<void> | null = null;

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /** Resolves when every device is on its way; rejects with fatal where the data folder cannot be had. */
  async start(): Promise<void> {
    const { config, version, clock, log, random, failed } = this.#options;
    const { url, agent, token, http } = config.cloud;
    const outbox = new ThreadOutbox({ folder: config.data_dir, maxMb: config.max_mb, clock, log, thread: this.#options.outboxThread });
    const { boot, state } = await outbox.start();
    this.#outbox = outbox;
    outbox.onFailure(failed);
    const memory = new OutboxMemory(outbox, state);
    const photos = new Photos(http, token);
    const commanded = new Map<string, Commanded>();
    const commands = new Commands({ outbox, clock, log, devices: commanded });

    const uplink = new Uplink({ url, agent, token, version, clock, log, random, outbox, command: (device, payload) => commands.take(device, payload), failed });
    config.devices.forEach((device, i) => {
      const made = this.#device(device, i / config.devices.length, boot, outbox, memory.below(`device/${device.id}`), photos);
      commanded.set(device.id, made.commanded);
      this.#samplers.push(made.sampler);
    });

    this.#uplink = uplink;
    uplink.start(boot);
    log.info({ agent, boot, devices: config.devices.length, version }, 'agent: started');
    for (let i = 0; i < this.#samplers.length && !this.#stopping; i += startTogether)
      await Promise.all(this.#samplers.slice(i, i + startTogether).map((sampler) => sampler.start()));
    log.info('agent: all devices are under way');
  }

  /** Nothing more is sampled, what was said is on disk, the cloud hears a goodbye. Twice is harmless. */
  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    const path = [...this.#samplers, this.#uplink, this.#outbox];
    for (const stage of path) await stage?.stop();
    this.#options.log.info('agent: stopped');
  }

  #device(config: DeviceConfig, phase: number, boot: number, outbox: Outbox, memory: Memory, photos: Photos): { sampler: Sampler; commanded: Commanded } {
    const { clock, log } = this.#options;
    const device = config.id;
    const kind = kindOf(config.kind) as Kind;
    const driver: Driver = (driverTypeOf(config.driver.type) as DriverType).create(config.driver, {
      device,
      kind,
      clock,
      log,
      memory: memory.below('driver'),
      emit: (event, data) => sampler.event(event, data),
      attention: () => sampler.attention(),
      handIn: (command, picture) => photos.handIn(device, command, picture),
    });
    const { interval_s, baseline } = config;
    const sampler = new Sampler({ device, kind, driver, speaker: new Speaker(device, boot), outbox, memory, clock, log, interval_s, baseline, phase });
    return { sampler, commanded: { kind, perform: (call) => perform(call, driver, sampler) } };
  }
}

/** What the agent does itself, for a device of any driver; the rest is the driver's. */
async function perform(call: Call, driver: Driver, sampler: Sampler): Promise<Record<string, unknown>> {
  switch (call.name) {
    case 'set-interval': {
      const interval_s = call.args.interval_s as number;
      await sampler.setInterval(interval_s);
      return { interval_s };
    }
    case 'calibrate':
      return { baseline: await sampler.calibrate() };
    default: {
      const result = await driver.command(call);
      sampler.attention();
      return result;
    }
  }
}
