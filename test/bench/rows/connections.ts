/** Agents that are connected and silent, and their return all at once: what held their connections stands still, as after a power cut; nobody has said goodbye. */
import { Cloud } from '../../kit/product.ts';
import { pause } from '../happenings.ts';
import { bareAedes } from '../peers.ts';
import { rssMb } from '../proc.ts';
import type { Entered, Entering } from '../processes/connector.ts';
import { Program } from '../program.ts';
import { atMost, less, type RunOptions, row, told } from '../row.ts';
import { registerAgents } from '../stand.ts';

const rate = 830;
/** One connect in so many is with a wrong token, of an agent that exists. */
const wrongEach = 20;
/** Until what was made for connecting is collected, ms. */
const restMs = 4000;

interface Borne {
  /** kB of each silent connection. */
  each: number;
  first: Entered;
  back: Entered;
}

/** They come, are silent, lose their power, and come back. */
async function bear(at: { port: number; pid: number }, agents: Entering[], returning: Entering[]): Promise<Borne> {
  await pause(restMs);
  const before = rssMb(at.pid);
  const old = new Program('connector', { port: at.port, agents, rate });
  let young: Program | null = null;
  try {
    const first = await old.next<Entered>();
    await pause(restMs);
    const each = ((rssMb(at.pid) - before) * 1024) / first.in;
    old.signal('SIGSTOP');
    young = new Program('connector', { port: at.port, agents: returning, rate });
    return { each, first, back: await young.next<Entered>() };
  } finally {
    old.signal('SIGKILL');
    await Promise.all([old.end(), young?.end()]);
  }
}

export const connections = row({
  id: 'connections',
  figure: `5,000 agents connected and silent; after a power cut they come back at ${rate} connects/s, with wrong tokens among them`,
  ours: {
    each: atMost(25, 'kB'),
    'all back in': atMost(10, 's'),
    'let in with a wrong token': atMost(0, ''),
    'had to try again': less(''),
    'CONNACK p50': less('ms'),
    'CONNACK p99': less('ms'),
    'wrong tokens refused': told(''),
  },
  beside: { 'bare Aedes, each': less('kB'), 'bare Aedes, all back in': less('s'), 'bare Aedes, CONNACK p99': less('ms') },
  ratio: ['each', 'bare Aedes, each'],
  said: ['bare Aedes asks for no token and writes nothing down'],
  rounds: 1,
  seconds: 110,
  async run({ size, say }: RunOptions) {
    const ids = Array.from({ length: size(5000, 200) }, (_, i) => `agent-${i}`);
    const cloud = await new Cloud().start();
    let ours: Borne;
    try {
      const tokens = await registerAgents(await cloud.signIn(), ids);
      const agents = ids.map((id, i): Entering => ({ id, token: tokens[i] as string }));
      const returning = agents.flatMap((one, i) => (i % wrongEach === 0 ? [{ id: one.id, token: `${one.token.slice(0, -1)}#`, wrong: true }, one] : [one]));
      say('all are registered');
      ours = await bear({ port: cloud.mqtt, pid: cloud.pid }, agents, returning);
    } finally {
      await cloud.remove();
    }
    const peer = await bareAedes();
    try {
      const anyone = ids.map((id): Entering => ({ id, token: 'any' }));
      const theirs = await bear(peer, anyone, anyone);
      return {
        ours: {
          each: ours.each,
          'all back in': ours.back.seconds,
          'let in with a wrong token': ours.back.wrongIn,
          'had to try again': ours.back.again,
          'CONNACK p50': ours.back.p50,
          'CONNACK p99': ours.back.p99,
          'wrong tokens refused': ours.back.refused,
        },
        beside: { 'bare Aedes, each': theirs.each, 'bare Aedes, all back in': theirs.back.seconds, 'bare Aedes, CONNACK p99': theirs.back.p99 },
        raw: { ours, theirs },
      };
    } finally {
      await peer.stop();
    }
  },
});
