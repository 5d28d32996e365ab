/** Speaks to the product as any outsider does: its public HTTP API, by the global fetch. */
import type { Clock } from '../devices/clock.ts';
import { GwError, reasonOf, reject, retry } from '../devices/errors.ts';

/** An answer that is not 2xx. `code` is `http-<status>`; `problem` is the body (RFC 9457) where there was one. */
export class HttpProblem extends GwError {
  readonly status: number;
  readonly problem: Record<string, unknown>;

  constructor(method: string, path: string, status: number, problem: Record<string, unknown>) {
    const said = typeof problem.detail === 'string' ? problem.detail : typeof problem.title === 'string' ? problem.title : 'no reason given';
    // 503 and 429 say that nothing was done. What a gateway between may say (502, 504) does not.
    const again = status === 503 || status === 429 || (method !== 'POST' && (status === 502 || status === 504));
    super(again ? 'retry' : 'reject', `http-${status}`, `${method} ${path}: ${status}, ${said}`);
    this.status = status;
    this.problem = problem;
  }
}

interface Options {
  clock: Clock;
  /** How long an act is tried again while that is allowed, milliseconds. */
  patience?: number;
}

/** Refused before anything was sent, so that even a POST may be tried again. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

export class Client {
  private readonly clock: Clock;
  private readonly patience: number;
  private cookie: string | null = null;
  readonly base: string;

  /** `base`: `http://host:port`, without a slash at its end. */
  constructor(base: string, options: Options) {
    this.base = base;
    this.clock = options.clock;
    this.patience = options.patience ?? 20_000;
  }

  async signIn(username: string, password: string): Promise<void> {
    const response = await this.answer('POST', '/api/session', JSON.stringify({ username, password }));
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .find((pair) => pair !== undefined && !pair.endsWith('='));
    if (!cookie) throw reject('no-session', 'The cloud signed in without giving a session.');
    this.cookie = cookie;
    await response.arrayBuffer();
  }

  get<T>(path: string): Promise<T> {
    return this.json<T>('GET', path);
  }
  post<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>('POST', path, JSON.stringify(body));
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>('PUT', path, JSON.stringify(body));
  }
  upload<T>(path: string, form: FormData): Promise<T> {
    return this.json<T>('POST', path, form);
  }

  /** All items of a list, over all its pages. */
  async *all<T>(path: string): AsyncGenerator<T> {
    const joint = path.includes('?') ? '&' : '?';
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: T[]; next: string | null } = await this.get(`${path}${joint}limit=1000${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      yield* page.items;
      cursor = page.next;
    }
  }

  private async json<T>(method: string, path: string, body?: string | FormData): Promise<T> {
    const response = await this.answer(method, path, body);
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** The first 2xx. GET and PUT are tried again after any trouble of the moment; POST only where it was surely not done. */
  private async answer(method: string, path: string, body?: string | FormData): Promise<Response> {
    const until = this.clock.mono() + this.patience;
    for (let wait = 200; ; wait = Math.min(wait * 2, 5000)) {
      const failed = await this.once(method, path, body);
      if (failed instanceof Response) return failed;
      if (failed.next !== 'retry' || this.clock.mono() + wait > until) throw failed;
      await new Promise<void>((resolve) => this.clock.after(wait, resolve));
    }
  }

  private async once(method: string, path: string, body?: string | FormData): Promise<Response | GwError> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.cookie) headers.cookie = this.cookie;
    if (typeof body === 'string') headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await fetch(`${this.base}${path}`, { method, headers, ...(body === undefined ? {} : { body }), redirect: 'error' });
    } catch (thrown) {
      const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
      const again = method !== 'POST' || neverSent.has((cause as NodeJS.ErrnoException).code ?? '');
      return (again ? retry : reject)('unreachable', `${method} ${path}: ${reasonOf(cause)}`, thrown);
    }
    if (response.ok) return response;
    const text = await response.text();
    let problem: Record<string, unknown> = {};
    try {
      problem = JSON.parse(text) as Record<string, unknown>;
    } catch {
      // Not the cloud's own answer (a proxy's page, say): its beginning is all that can be told.
      problem = { detail: text.slice(0, 200) };
    }
    return new HttpProblem(method, path, response.status, problem);
  }
}
