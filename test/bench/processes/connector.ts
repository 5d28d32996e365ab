/**
 * Agents that connect and then say nothing: so many a second, some of them with a wrong token. Who is not let in though right tries again. Tells how it went,
 * and holds the connections until it ends.
 */
import { connect } from 'node:net';
import { seeded } from '../../kit/line.ts';
import { connectPacket } from '../../kit/mqtt-raw.ts';
import { quantile } from '../figures.ts';
import { options, tell } from '../parent.ts';

export interface Entering {
  id: string;
  token: string;
  /** It must not be let in. */
  wrong?: boolean;
}
export interface Entered {
  in: number;
  /** With a wrong token. */
  refused: number;
  /** Tries of rightful ones that came to nothing. */
  again: number;
  /** Let in with a wrong token. */
  wrongIn: number;
  /** From the first CONNECT until the last rightful one was let in. */
  seconds: number;
  p50: number;
  p99: number;
}

const { port, agents, rate } = await options<{ port: number; agents: Entering[]; rate: number }>();
const report: Entered = { in: 0, refused: 0, again: 0, wrongIn: 0, seconds: 0, p50: 0, p99: 0 };
const random = seeded(5);
const times: number[] = [];
const began = performance.now();

const againMs = 1000;

async function enter(one: Entering): Promise<void> {
  while (!(await tried(one)) && !one.wrong) {
    report.again++;
    await new Promise((resolve) => setTimeout(resolve, againMs * (0.5 + random())));
  }
}

/** Whether it was let in. */
function tried({ id, token, wrong = false }: Entering): Promise<boolean> {
  return new Promise((resolve) => {
    const from = performance.now();
    const socket = connect(port, '127.0.0.1');
    let answered = false;
    const answer = (isIn: boolean) => {
      if (answered) return;
      answered = true;
      times.push(performance.now() - from);
      if (wrong) isIn ? report.wrongIn++ : report.refused++;
      else if (isIn) {
        report.in++;
        report.seconds = (performance.now() - began) / 1000;
      }
      resolve(isIn);
    };
    socket.write(connectPacket({ clientId: id, username: id, password: token }));
    socket.on('data', (bytes) => answer(bytes[0] === 0x20 && bytes[3] === 0));
    socket.on('error', () => answer(false));
    socket.on('close', () => answer(false));
  });
}

const under: Promise<void>[] = [];
for (let given = 0; given < agents.length; ) {
  const due = Math.min(agents.length, Math.ceil(((performance.now() - began) / 1000) * rate));
  for (; given < due; given++) under.push(enter(agents[given] as Entering));
  await new Promise((resolve) => setTimeout(resolve, 5));
}
await Promise.all(under);
tell({ ...report, p50: quantile(times, 0.5), p99: quantile(times, 0.99) });
