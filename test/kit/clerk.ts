/** A person at work over HTTP while the cloud is killed again and again, with a ledger of what was answered with 2xx. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { jpegOf } from './pictures.ts';
import { type Answer, type Person, until } from './product.ts';

// biome-ignore lint/suspicious/noExplicitAny: the bodies are the contract's shapes
type Body = any;
interface Kept {
  id: string;
  text: string;
  device: string;
  /** What was done to it, in order, each by its note. */
  notes: string[];
  photos: number;
}

const steps = ['register', 'dispatch', 'accept', 'feedback', 'check'];

export class Clerk {
  readonly #person: Person;
  readonly cases: Kept[] = [];
  readonly acknowledged: string[] = [];
  readonly names = new Map<string, string>();
  /** Acts whose answer never came: they were looked for, and done again only where they were not there. */
  unanswered = 0;
  acts = 0;

  constructor(person: Person) {
    this.#person = person;
  }

  /** Opens cases, runs them through their steps with photos, renames devices and acknowledges alerts, until `enough`. */
  async work(devices: string[], enough: () => boolean): Promise<void> {
    for (let n = 0; !enough(); n++) {
      const device = devices[n % devices.length] as string;
      await this.#rename(device, `name ${n}`);
      const one = await this.#open(device, `case ${n}`);
      await this.#photo(one, 'before', n);
      for (const action of steps) await this.#step(one, action);
      await this.#photo(one, 'after', n);
      await this.#step(one, 'pass');
      await this.#step(one, 'close');
      await this.#acknowledgeOne();
    }
  }

  /** All that was answered is there, once, and as it was. */
  async expectKept(): Promise<void> {
    for (const { id, text, device, notes, photos } of this.cases) {
      const { items } = await this.#person.get(`/api/cases?device=${device}&limit=1000`);
      const found: Body[] = items.filter((one: Body) => one.text === text);
      expect(found.map((one) => one.id)).toEqual([id]);
      expect(found[0].history.flatMap(({ action, note }: Body) => (action === 'open' || action === 'photo' ? [] : [note]))).toEqual(notes);
      expect(found[0].photos).toHaveLength(photos);
      for (const photo of found[0].photos) {
        const response = await fetch(`${this.#person.base}/api/cases/${id}/photos/${photo.id}`, { headers: { cookie: this.#person.cookie } });
        expect(
          createHash('sha256')
            .update(Buffer.from(await response.arrayBuffer()))
            .digest('hex'),
        ).toBe(photo.sha256);
      }
    }
    for (const id of this.acknowledged) {
      const alert = await this.#person.get(`/api/alerts/${id}`);
      expect(alert.history.filter(({ action }: Body) => action === 'ack')).toHaveLength(1);
    }
    for (const [device, name] of this.names) expect((await this.#person.get(`/api/devices/${device}`)).name).toBe(name);
  }

  async #open(device: string, text: string): Promise<Kept> {
    const { id } = await this.#once(
      () => this.#person.ask('POST', '/api/cases', { category: 'other', text, device }),
      async () => (await this.#person.get(`/api/cases?device=${device}&limit=1000`)).items.find((one: Body) => one.text === text),
    );
    const one = { id, text, device, notes: [], photos: 0 };
    this.cases.push(one);
    return one;
  }

  async #step(one: Kept, action: string): Promise<void> {
    const path = `/api/cases/${one.id}`;
    const note = `${one.text}: ${action}`;
    const { version } = await this.#look(() => this.#person.get(path));
    await this.#once(
      () => this.#person.ask('POST', `${path}/actions`, { action, version, note }),
      async () => ((await this.#person.get(path)).history.some((entry: Body) => entry.note === note) ? {} : undefined),
    );
    one.notes.push(note);
  }

  async #photo(one: Kept, role: string, n: number): Promise<void> {
    const file = new Blob([new Uint8Array(await jpegOf(32, 32, `#${(0x100000 + n).toString(16)}`))], { type: 'image/jpeg' });
    const form = new FormData();
    form.set('role', role);
    form.set('file', file, 'a.jpg');
    await this.#once(
      () => this.#person.ask('POST', `/api/cases/${one.id}/photos`, form),
      async () => (await this.#person.get(`/api/cases/${one.id}`)).photos[one.photos],
    );
    one.photos++;
  }

  async #rename(device: string, name: string): Promise<void> {
    await this.#once(
      () => this.#person.ask('PATCH', `/api/devices/${device}`, { name }),
      async () => ((await this.#person.get(`/api/devices/${device}`)).name === name ? {} : undefined),
    );
    this.names.set(device, name);
  }

  async #acknowledgeOne(): Promise<void> {
    const id = (await this.#look(() => this.#person.get('/api/alerts?state=firing&limit=1'))).items[0]?.id;
    if (id === undefined) return;
    await this.#once(
      () => this.#person.ask('POST', `/api/alerts/${id}/ack`, {}),
      async () => ((await this.#person.get(`/api/alerts/${id}`)).state === 'acknowledged' ? {} : undefined),
    );
    this.acknowledged.push(id);
  }

  /** Acts once: where the answer is lost, or says "try again", it looks whether the act is there before it does it anew. */
  async #once(act: () => Promise<Answer<Body>>, look: () => Promise<Body | undefined>): Promise<Body> {
    for (;;) {
      const answer = await act().catch((error) => {
        if (error instanceof TypeError) return undefined;
        throw error;
      });
      if (answer && answer.status >= 200 && answer.status < 300) {
        this.acts++;
        return answer.body;
      }
      if (answer && answer.status !== 503) throw new Error(`answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      this.unanswered++;
      const { found } = await this.#look(async () => ({ found: await look() }));
      if (found !== undefined) return found;
    }
  }

  /** Asks until the cloud is there to answer. */
  #look<T extends object>(ask: () => Promise<T>): Promise<T> {
    return until('the cloud answers', () => ask().catch(() => undefined), 60_000);
  }
}
