/** People at work and pages that are open, in processes of their own. */
import type { Heard } from './page-socket.ts';
import { cpuSeconds } from './proc.ts';
import { Program } from './program.ts';
import { each, type Stand } from './stand.ts';

export interface CrowdOptions {
  people: number;
  pages: number;
  /** Between two acts of one, about. */
  thinkMs: number;
}
interface Acts {
  done: number;
  failed: number;
  p50: number;
  p99: number;
  seconds: number;
}
export interface CrowdReport {
  acts: Acts;
  pages: Heard;
  /** Cores that the cloud was busy with. */
  cloudCores: number;
  seconds: number;
}

const password = 'a-password-for-the-crowd';
const department = 'works';

export class Crowd {
  #cpu = 0;
  #began = 0;
  #before: Heard = { open: 0, deltas: 0, bytes: 0 };

  private constructor(
    readonly stand: Stand,
    readonly people: Program,
    readonly pages: Program,
  ) {}

  /** Each has an account and a session of its own, and a registered case; pages are those of these sessions. */
  static async come(stand: Stand, { people, pages, thinkMs }: CrowdOptions): Promise<Crowd> {
    const { admin, cloud } = stand;
    await admin.post('/api/departments', { id: department, name: 'Works' });
    const members = await each(
      Array.from({ length: people }, (_, i) => `person-${i}`),
      async (username) => {
        await admin.post('/api/accounts', { username, password, role: 'dispatcher', scope: { all: true } });
        const person = await cloud.signIn(username, password);
        const { id, version } = await person.post('/api/cases', { category: 'other', text: `of ${username}`, department });
        await person.post(`/api/cases/${id}/actions`, { action: 'register', version });
        return { cookie: person.cookie, case: id as string };
      },
    );
    const cookies = members.map(({ cookie }) => cookie);
    const workers = new Program('people', { base: cloud.base, cookies, cases: members.map((member) => member.case), department, thinkMs });
    const open = new Program('pages', { url: cloud.base.replace('http', 'ws'), cookies, pages, plain: false });
    await Promise.all([workers.next(), open.next()]);
    return new Crowd(stand, workers, open);
  }

  async begin(): Promise<void> {
    this.#before = await this.pages.ask<Heard>('count');
    this.#cpu = cpuSeconds(this.stand.cloud.pid);
    this.#began = performance.now();
    this.people.tell('begin');
  }

  async leave(): Promise<CrowdReport> {
    const [acts, heard] = await Promise.all([this.people.ask<Acts>('stop'), this.pages.ask<Heard>('count')]);
    const seconds = (performance.now() - this.#began) / 1000;
    const cloudCores = (cpuSeconds(this.stand.cloud.pid) - this.#cpu) / seconds;
    return { acts, pages: { open: heard.open, deltas: heard.deltas - this.#before.deltas, bytes: heard.bytes - this.#before.bytes }, cloudCores, seconds };
  }

  async close(): Promise<void> {
    await Promise.all([this.people.end(), this.pages.end()]);
  }
}
