/** Simulated hardware, a driver like any other: the same values again for the same seed and time. */
import Type, { type Static } from 'typebox';
import { reject } from '../../../devices/errors.ts';
import type { Kind } from '../../../devices/kinds/kinds.ts';
import type { Driver, DriverContext, DriverType, PastReading } from '../drivers.ts';
import { Acts } from './acts.ts';
import { camera } from './camera.ts';
import { cover } from './cover.ts';
import { gate } from './gate.ts';
import { light } from './light.ts';
import { actNames, type Physics, type PhysicsType } from './physics.ts';
import { post } from './post.ts';
import { hourMs } from './sky.ts';

const types: readonly PhysicsType[] = [cover, light, post, gate, camera];
const typeOf = (kind: string): PhysicsType | undefined => types.find((one) => one.kind === kind);

const closed = { additionalProperties: false };
const Options = Type.Object(
  {
    type: Type.Literal('simulated', { description: 'simulated' }),
    seed: Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1, description: 'a whole number from 0 to 4294967295' }),
    history_h: Type.Optional(Type.Integer({ minimum: 0, maximum: 720, description: 'whole hours from 0 to 720' })),
    faults_per_day: Type.Optional(Type.Number({ minimum: 0, maximum: 24, description: 'a number from 0 to 24' })),
    acts: Type.Optional(
      Type.Array(
        Type.Object(
          {
            after_s: Type.Number({ minimum: 0, maximum: 2_000_000, description: 'seconds from 0 to 2000000' }),
            act: Type.Union(
              actNames.map((name) => Type.Literal(name)),
              { description: actNames.join(', ') },
            ),
            value: Type.Optional(Type.Number({ description: 'a number' })),
            for_s: Type.Optional(Type.Number({ minimum: 0, maximum: 2_000_000, description: 'seconds from 0 to 2000000' })),
            repeat: Type.Optional(Type.Boolean({ description: 'true or false' })),
          },
          { ...closed, description: 'an act, as { after_s, act, value, for_s, repeat }' },
        ),
        { description: 'a list of acts' },
      ),
    ),
  },
  { ...closed, description: 'a simulated driver, as { type, seed, history_h, faults_per_day, acts }' },
);
type Options = Static<typeof Options>;

class SimulatedDriver implements Driver {
  readonly #options: Options;
  readonly #context: DriverContext;
  readonly #acts: Acts;
  readonly #physics: Physics;

  constructor(options: Options, context: DriverContext, type: PhysicsType) {
    const { device, clock, memory, emit, attention, handIn } = context;
    this.#options = options;
    this.#context = context;
    const told = (happenings: { event: string; data?: Record<string, number | string | boolean> }[] = []) => {
      for (const { event, data } of happenings) emit(event, data);
      attention();
    };
    this.#acts = new Acts({
      seed: options.seed,
      planned: options.acts ?? [],
      faultsPerDay: options.faults_per_day ?? 0,
      faults: type.faults,
      clock,
      memory,
      begun: (act) => told(this.#physics.begun?.(act)),
      ended: (act) => told(this.#physics.ended?.(act)),
    });
    this.#physics = type.create({ device, seed: options.seed, memory, acting: (name) => this.#acts.acting(name), endAct: (name) => this.#acts.end(name), handIn });
  }

  start(): void {
    this.#acts.start();
  }

  sample() {
    return this.#acts.acting('silent') ? null : this.#physics.values(this.#context.clock.now());
  }

  async command(call: Parameters<Driver['command']>[0]) {
    if (this.#acts.acting('silent')) throw reject('silent', 'the device does not answer');
    return this.#physics.command(call, this.#context.clock.now());
  }

  /** Of each full hour. */
  history(): PastReading[] {
    const last = Math.floor(this.#context.clock.now() / hourMs);
    const hours = Array.from({ length: this.#options.history_h ?? 0 }, (_, i) => (last - i) * hourMs).reverse();
    return hours.map((ts) => ({ ts, values: this.#physics.values(ts) }));
  }

  stop(): void {
    this.#acts.stop();
  }
}

export const simulated: DriverType = {
  type: 'simulated',
  schema: Options,
  refuse(options, kind: Kind) {
    const type = typeOf(kind.id);
    if (!type) return `type is "simulated"; allowed for a ${kind.id}: another driver, for there is no physics of it`;
    const known = [...type.acts, 'silent'];
    const wrong = ((options as Options).acts ?? []).findIndex(({ act }) => !known.includes(act));
    return wrong < 0 ? null : `acts.${wrong}.act is ${JSON.stringify((options as Options).acts?.[wrong]?.act)}; allowed for a ${kind.id}: ${known.join(', ')}`;
  },
  create: (options, context) => new SimulatedDriver(options as Options, context, typeOf(context.kind.id) as PhysicsType),
};
