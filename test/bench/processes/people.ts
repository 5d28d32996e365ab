/** People at work: each has a case, thinks, sends it to a department, thinks, takes it back. Told once to begin, and once to stop. */
import { seeded } from '../../kit/line.ts';
import { Person } from '../../kit/product.ts';
import { quantile } from '../figures.ts';
import { options, tell } from '../parent.ts';

const { base, cookies, cases, department, thinkMs } = await options<{ base: string; cookies: string[]; cases: string[]; department: string; thinkMs: number }>();
const random = seeded(11);
const times: number[] = [];
let failed = 0;
let stopped = false;
let began = 0;

async function work(person: Person, id: string): Promise<void> {
  let { version, stage } = await person.get(`/api/cases/${id}`);
  while (!stopped) {
    await new Promise((resolve) => setTimeout(resolve, thinkMs * (0.5 + random())));
    if (stopped) return;
    const from = performance.now();
    const act = stage === 'registered' ? { action: 'dispatch', department } : { action: 'return' };
    const { status, body } = await person.ask('POST', `/api/cases/${id}/actions`, { ...act, version });
    times.push(performance.now() - from);
    if (status === 200) ({ version, stage } = body);
    else failed++;
  }
}

process.on('message', (word) => {
  if (word === 'stop') {
    stopped = true;
    tell({ done: times.length, failed, p50: quantile(times, 0.5), p99: quantile(times, 0.99), seconds: (performance.now() - began) / 1000 });
    return;
  }
  began = performance.now();
  for (const [i, cookie] of cookies.entries()) work(new Person(base, cookie), cases[i] as string).catch(() => failed++);
});
tell({ there: cookies.length });
