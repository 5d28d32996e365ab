/** Hands a picture up to the cloud over HTTP, for the command that asked for it (contract: POST /api/devices/{id}/photos). */
import { reasonOf, reject, retry } from '../devices/errors.ts';

export interface Picture {
  bytes: Uint8Array;
  type: 'image/jpeg' | 'image/png';
}

const withinMs = 30_000;

export class Photos {
  readonly #http: string | null;
  readonly #token: string;

  /** `http` is the cloud's address without a slash at its end; null: there is none to hand pictures to. */
  constructor(http: string | null, token: string) {
    this.#http = http;
    this.#token = token;
  }

  /** Resolves when the cloud has it. Rejects: `reject` where there is no address or the cloud refuses it, `retry` where it cannot be reached. */
  async handIn(device: string, command: string, { bytes, type }: Picture): Promise<void> {
    if (!this.#http) throw reject('no-http', 'this agent has no address to hand pictures to: set cloud.http in its file');
    const form = new FormData();
    form.set('command', command);
    form.set('file', new Blob([Buffer.from(bytes)], { type }), type === 'image/png' ? 'snapshot.png' : 'snapshot.jpg');
    let answer: Response;
    try {
      answer = await fetch(`${this.#http}/api/devices/${device}/photos`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#token}` },
        body: form,
        signal: AbortSignal.timeout(withinMs),
      });
    } catch (error) {
      throw retry('photo-away', `the cloud could not be reached with the picture: ${reasonOf((error as { cause?: unknown }).cause ?? error)}`, error);
    }
    if (!answer.ok) throw reject('photo-refused', `the cloud did not take the picture: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
    await answer.body?.cancel();
  }
}
