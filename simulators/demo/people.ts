/** The demo's people at work: each acts with an account of its own, through the public API. */
import type { Clock } from '../../devices/clock.ts';
import { Client } from '../client.ts';
import type { Device } from '../district/district.ts';
import { takePhoto } from './photos.ts';
import type { Subject } from './scenes.ts';
import type { DemoState } from './state.ts';

export type Act = 'register' | 'dispatch' | 'return' | 'accept' | 'feedback' | 'check' | 'rework' | 'pass' | 'close' | 'void';
const acts: ReadonlySet<string> = new Set<Act>(['register', 'dispatch', 'return', 'accept', 'feedback', 'check', 'rework', 'pass', 'close', 'void']);

/** What of a case is looked at here (contract, "a case"). */
export interface Case {
  id: string;
  source: string;
  text: string;
  stage: string;
  device: string | null;
  passed: boolean;
  version: number;
  opened: number;
  photos: { role: string }[];
  history: { at: number; by: string; action: string }[];
}

export const actsOf = (one: Case): number => one.history.filter(({ action }) => acts.has(action)).length;

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
const handlerOf = ({ departments }: Device) => handlers[departments.maintainer] ?? 'admin';

export function subjectOf(device: Device): Subject {
  if (device.kind === 'manhole-cover') return device.class.code === '0104' ? 'grate' : 'cover';
  return ({ streetlight: 'lamp', camera: 'camera', 'face-gate': 'gate', 'alarm-post': 'post' } as const)[device.kind as 'streetlight'] ?? 'cover';
}

export class People {
  private readonly base: string;
  private readonly clock: Clock;
  private readonly state: DemoState;
  private readonly clients = new Map<string, Client>();

  constructor(base: string, clock: Clock, state: DemoState) {
    this.base = base;
    this.clock = clock;
    this.state = state;
  }

  async see(id: string): Promise<Case> {
    return (await this.as(dispatcher)).get<Case>(`/api/cases/${id}`);
  }

  /** Cases by a filter of the API, as a query. */
  async *list(query: string): AsyncGenerator<Case> {
    yield* (await this.as(dispatcher)).all<Case>(`/api/cases?${query}`);
  }

  async report(device: string, text: string): Promise<Case> {
    return (await this.as(dispatcher)).post<Case>('/api/cases', { device, text });
  }

  /** Does one act as whoever it belongs to, with the photos that it needs; gives the case as it is then. Throws HttpProblem 409 where somebody was quicker. */
  async act(before: Case, act: Act, device: Device, photoSeed: number, note?: string): Promise<Case> {
    let now = before;
    if (act === 'feedback' || act === 'pass') now = await this.photograph(now, device, photoSeed, ['before', 'after']);
    const byHandler = act === 'accept' || act === 'feedback' || act === 'return';
    const client = await this.as(byHandler ? handlerOf(device) : dispatcher);
    const body = { action: act, version: now.version, ...(note ? { note } : {}), ...(act === 'dispatch' ? { department: device.departments.maintainer } : {}) };
    return client.post<Case>(`/api/cases/${now.id}/actions`, body);
  }

  /** Adds the photos of these roles that the case does not have yet. */
  async photograph(now: Case, device: Device, seed: number, roles: readonly ('before' | 'after')[]): Promise<Case> {
    const missing = roles.filter((role) => !now.photos.some((photo) => photo.role === role));
    for (const role of missing) {
      const form = new FormData();
      form.set('role', role);
      form.set('file', new Blob([await takePhoto(subjectOf(device), seed, role)], { type: 'image/jpeg' }), `${role}.jpg`);
      await (await this.as(handlerOf(device))).upload(`/api/cases/${now.id}/photos`, form);
    }
    return missing.length === 0 ? now : this.see(now.id);
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
