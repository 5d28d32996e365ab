/** A cloud, a line, and a real agent with twenty covers, for all of whom time runs faster. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentProcess } from '../edge/process.ts';
import { Line, seeded } from './line.ts';
import { Cloud, type Person, until } from './product.ts';
import { QuickTime } from './quick-time.ts';
import { Said } from './said.ts';

export class QuickPath {
  readonly ids = Array.from({ length: 20 }, (_, i) => `cover-${i}`);
  /** Of each cover. */
  readonly interval_s = 60;
  readonly time: QuickTime;
  readonly cloud: Cloud;
  readonly #folder = mkdtempSync(join(tmpdir(), 'gw-quick-'));
  line!: Line;
  said!: Said;
  admin!: Person;
  agent!: AgentProcess;

  constructor(rate: number) {
    this.time = new QuickTime(rate);
    this.cloud = new Cloud(this.time.env());
  }

  /** Resolves when each cover has spoken twice. `acts`: what is pretended of a cover. */
  async start(acts: Record<string, object[]> = {}): Promise<void> {
    const { ids, interval_s, cloud, time } = this;
    await cloud.start();
    this.admin = await cloud.signIn();
    this.line = await new Line(cloud.mqtt, seeded(1)).start();
    this.said = new Said(this.line);
    const { token } = await this.admin.post('/api/agents', { id: 'gw-1', role: 'agent' });
    await this.admin.post(
      '/api/devices',
      ids.map((id) => ({ id, kind: 'manhole-cover', agent: 'gw-1', lifecycle: 'in service', interval_s })),
    );
    const devices = ids.map((id, seed) => ({ id, kind: 'manhole-cover', interval_s, driver: { type: 'simulated', seed, acts: acts[id] ?? [] } }));
    this.agent = AgentProcess.of(this.#folder, { cloud: { url: `mqtt://127.0.0.1:${this.line.port}`, agent: 'gw-1', token }, devices }, { env: time.env() });
    await until('all have spoken', () => ids.every((id) => this.said.timesOf(id).length > 1));
  }

  async stop(): Promise<void> {
    await this.agent?.end('SIGKILL');
    await this.line?.stop();
    await this.cloud.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
