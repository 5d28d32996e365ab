/** The HTTP client of the page: JSON in and out, errors as RFC 9457 problems. */

/** What the cloud said no to. `status` 0: it could not be reached. */
export class Problem extends Error {
  override name = 'Problem';
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** All members of the problem document: `legal`, `version`, `errors`, whatever it brings. */
    readonly more: Record<string, unknown>,
    readonly request: string | null,
  ) {
    super(detail || title);
  }
}

export interface List<T> {
  items: T[];
  next: string | null;
  total: number;
}

type SignedOut = () => void;
let signedOut: SignedOut = () => {};
/** Called whenever the cloud answers 401 to anything but the sign-in itself. */
export function onSignedOut(call: SignedOut): void {
  signedOut = call;
}

interface Heard {
  /** Local times around the request, and the `Date` header's second, ms: what the clock estimate is made of. */
  sent: number;
  received: number;
  date: number;
}
let heard: (heard: Heard) => void = () => {};
export function onHeard(call: (heard: Heard) => void): void {
  heard = call;
}

async function problemOf(response: Response): Promise<Problem> {
  const request = response.headers.get('x-request-id');
  let more: Record<string, unknown> = {};
  const text = await response.text();
  try {
    more = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not ours (a proxy's page): its first words still tell more than nothing.
    more = { detail: text.slice(0, 200) };
  }
  const say = (name: string) => (typeof more[name] === 'string' ? (more[name] as string) : '');
  return new Problem(response.status, say('title') || response.statusText, say('detail'), more, request ?? (say('instance') || null));
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const sent = Date.now();
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'unreachable', String(error), {}, null);
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  if (Number.isFinite(date)) heard({ sent, received: Date.now(), date });
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && !(path === '/api/session' && init.method === 'POST')) signedOut();
  throw problem;
}

const jsonOf = async <T>(response: Response): Promise<T> => (response.status === 204 ? (undefined as T) : ((await response.json()) as T));

/** GET. Throws a Problem. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return jsonOf<T>(await send(path, signal ? { signal } : {}));
}

/** POST, PATCH, PUT or DELETE with a JSON body, or a form with files. Throws a Problem. */
export async function act<T>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'content-type': 'application/json' };
  }
  return jsonOf<T>(await send(path, init));
}

/** A path with its query; what is undefined, null or empty is left out. Each part of the path is encoded by the caller with `encodeURIComponent`. */
export function withQuery(path: string, query: Record<string, string | number | boolean | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** All pages of a list, up to `most` items. */
export async function all<T>(path: string, most = 20_000, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: List<T> = await get<List<T>>(`${path}${path.includes('?') ? '&' : '?'}limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, signal);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && items.length < most);
  return items;
}
