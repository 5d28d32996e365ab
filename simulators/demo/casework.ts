/** Tells the stories: cases are opened and moved by the demo's people through the public API, with photos. */
import type { Clock } from '../../devices/clock.ts';
import type { Logger } from '../../devices/log.ts';
import { Client, HttpProblem } from '../client.ts';
import { takePhoto } from './photos.ts';
import type { DemoState, StateFile } from './state.ts';
import type { Act, Story } from './stories.ts';

interface Case {
  id: string;
  stage: string;
  device: string | null;
  text: string;
  version: number;
  photos: { role: string }[];
  history: { action: string }[];
}

const allActs: ReadonlySet<string> = new Set<Act>(['register', 'dispatch', 'return', 'accept', 'feedback', 'check', 'rework', 'pass', 'close', 'void']);

const dispatcher = 'shen.ruochuan';
/** Department → who handles its cases. For the others the administrator stands in. */
const handlers: Readonly<Record<string, string>> = {
  'dept-drainage': 'zheng.ping',
  'dept-water': 'zheng.ping',
  'dept-lighting': 'lu.an',
  'dept-power': 'lu.an',
  'dept-telecom': 'chen.yan',
  'dept-information': 'chen.yan',
};

export class Casework {
  private readonly base: string;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly state: DemoState;
  private readonly file: StateFile;
  private readonly clients = new Map<string, Client>();

  constructor(base: string, clock: Clock, log: Logger, state: DemoState, file: StateFile) {
    this.base = base;
    this.clock = clock;
    this.log = log;
    this.state = state;
    this.file = file;
  }

  /** Tells all stories as far as they go, one after the other; `stopped` ends it between two. A story whose case somebody else has moved meanwhile is left as it is. */
  async tell(stories: readonly Story[], stopped: () => boolean): Promise<void> {
    for (const [k, story] of stories.entries()) {
      if (stopped()) return;
      try {
        await this.tellOne(story, k);
      } catch (thrown) {
        if (!(thrown instanceof HttpProblem && thrown.status === 409)) throw thrown;
        this.log.info({ story: story.id, reason: thrown.message }, 'demo: a case is left as somebody else has moved it');
      }
    }
  }

  private async tellOne(story: Story, k: number): Promise<void> {
    let now = await this.caseOf(story);
    const acted = now.history.filter(({ action }) => allActs.has(action)).length;
    for (const act of story.acts.slice(acted)) {
      if (act === 'feedback' || act === 'pass') {
        const has = (role: string) => now.photos.some((photo) => photo.role === role);
        if (!has('before')) await this.addPhoto(now.id, story, k, 'before');
        if (!has('after')) await this.addPhoto(now.id, story, k, 'after');
        now = await (await this.as(dispatcher)).get<Case>(`/api/cases/${now.id}`);
      }
      const department = story.device.departments.maintainer;
      const body = { action: act, version: now.version, ...this.sayingOf(act, story), ...(act === 'dispatch' ? { department } : {}) };
      await (await this.as(this.actor(act, story))).post(`/api/cases/${now.id}/actions`, body);
      now = await (await this.as(dispatcher)).get<Case>(`/api/cases/${now.id}`);
      if (act === 'accept' && story.acts.length <= 3) await this.addPhoto(now.id, story, k, 'before');
    }
  }

  /** The case of a story: the one remembered, one that an interrupted start made, or a new one. */
  private async caseOf(story: Story): Promise<Case> {
    const client = await this.as(dispatcher);
    const known = this.state.cases[story.id];
    if (known) return client.get<Case>(`/api/cases/${known}`);
    let found: Case | undefined;
    for await (const one of client.all<Case>(`/api/cases?device=${story.device.id}`)) if (one.text === story.text) found = one;
    found ??= await client.post<Case>('/api/cases', { device: story.device.id, text: story.text });
    this.state.cases[story.id] = found.id;
    this.file.write(this.state);
    return client.get<Case>(`/api/cases/${found.id}`);
  }

  private async addPhoto(id: string, story: Story, k: number, role: 'before' | 'after'): Promise<void> {
    const form = new FormData();
    form.set('role', role);
    form.set('file', new Blob([await takePhoto(story.subject, this.state.seed * 1000 + k, role)], { type: 'image/jpeg' }), `${role}.jpg`);
    await (await this.as(handlers[story.device.departments.maintainer] ?? 'admin')).upload(`/api/cases/${id}/photos`, form);
  }

  private actor(act: Act, story: Story): string {
    return act === 'accept' || act === 'feedback' || act === 'return' ? (handlers[story.device.departments.maintainer] ?? 'admin') : dispatcher;
  }

  private sayingOf(act: Act, story: Story): { note?: string } {
    if (act === 'feedback') return { note: story.done };
    if (act === 'return') return { note: '时控器归供电公司管理，请改派' };
    if (act === 'rework') return { note: '现场仍有松动，请返工' };
    if (act === 'void') return { note: '现场核实：井盖完好，误报' };
    if (act === 'pass') return { note: '现场核查，处置到位' };
    return {};
  }

  private async as(username: string): Promise<Client> {
    const there = this.clients.get(username);
    if (there) return there;
    const client = new Client(this.base, { clock: this.clock });
    await client.signIn(username, username === 'admin' ? this.state.admin : (this.state.accounts[username] as string));
    this.clients.set(username, client);
    return client;
  }
}
