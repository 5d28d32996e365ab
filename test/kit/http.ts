/** The whole of HTTP on a real desk, asked by `inject`. What the other threads would answer is held here, small and settable. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InjectOptions, Response } from 'light-my-request';
import { Compile } from 'typebox/compile';
import { expect } from 'vitest';
import { type AccountInput, Accounts } from '../../cloud/accounts/accounts.ts';
import { buildHttp, type Http, type HttpDeps, identifyBy, type Routes } from '../../cloud/http/http.ts';
import { missing, Register } from '../../cloud/register/register.ts';
import type { AgentCounts, Credential, GateStats, Latest } from '../../cloud/threads/threads.ts';
import { openDesk, silentLog, type TestDesk } from './desk.ts';
import { openWork, type TestWork } from './work.ts';

export interface Ask {
  as?: string;
  body?: unknown;
  headers?: Record<string, string>;
  cookies?: Record<string, string>;
}

export interface TestHttp {
  at: TestDesk;
  http: Http;
  deps: HttpDeps;
  accounts: Accounts;
  register: Register;
  /** What the gate was told, in order. */
  gate: ({ put: Credential } | { remove: string })[];
  latest: Map<string, Latest>;
  counts: Map<string, AgentCounts>;
  online: GateStats['online'];
  /** What the telemetry thread would answer; nothing until a test says otherwise. */
  telemetry: HttpDeps['telemetry'];
  /** Alerts, cases, photos and commands, with what they ask of other threads in a test's hand. */
  work: TestWork;
  /** Makes an account (password `correct horse`) and a token for it. */
  person(input: Omit<AccountInput, 'password'>): Promise<string>;
  /** Asks as an account made by `person`; every answer is held against the OpenAPI document that is served. */
  ask(method: InjectOptions['method'], url: string, ask?: Ask): Promise<Response>;
  close(): Promise<void>;
}

export const password = 'correct horse';

export async function openHttp(more: (at: TestDesk) => Partial<HttpDeps> = () => ({}), list?: Record<string, Routes>): Promise<TestHttp> {
  const at = await openDesk();
  const { desk, clock } = at;
  const gate: TestHttp['gate'] = [];
  const test = { gate, latest: new Map(), counts: new Map(), online: new Map(), telemetry: { query: async () => [] } } as unknown as TestHttp;
  const register = new Register({
    desk,
    clock,
    latest: (ids) => new Map([...test.latest].filter(([id]) => ids.includes(id))),
    gate: { put: (put) => void gate.push({ put }), remove: (remove) => void gate.push({ remove }) },
    counts: () => test.counts,
    online: () => test.online,
  });
  await register.start();
  const accounts = new Accounts({ desk, clock, log: silentLog, missing });
  const pageDir = join(at.dataDir, 'page');
  mkdirSync(join(pageDir, 'assets'), { recursive: true });
  writeFileSync(join(pageDir, 'index.html'), '<!doctype html><title>Gridwarden</title>');
  const work = await openWork(at, register);
  const deps: HttpDeps = {
    clock,
    log: silentLog,
    version: '0.0.0',
    pageDir,
    identify: identifyBy(accounts, register.agents),
    desk,
    accounts,
    register,
    ...work.deps,
    telemetry: { query: (query) => test.telemetry.query(query) },
    parked: {},
    health: async () => ({ status: 'ok', problems: [], stages: {}, hops: {} }),
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    ...more(at),
  };
  const http = await buildHttp(deps, list);
  const document = (await http.app.inject('/api/openapi.json')).json() as Document;
  const tokens = new Map<string, string>();
  return Object.assign(test, {
    at,
    http,
    deps,
    accounts,
    register,
    work,
    async person(input: Omit<AccountInput, 'password'>) {
      await accounts.create('system', { ...input, password });
      const viewer = { username: input.username, role: input.role, scope: { all: true as const }, via: { session: '' } };
      const { token } = await accounts.tokens.create(viewer, { name: 'test' });
      tokens.set(input.username, token);
      return token;
    },
    async ask(method: NonNullable<InjectOptions['method']>, url: string, { as, body, headers = {}, cookies }: Ask = {}) {
      const token = as === undefined ? undefined : tokens.get(as);
      if (as !== undefined && token === undefined) throw new Error(`no account ${as} in this test`);
      const answer = await http.app.inject({
        method,
        url,
        headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
        ...(cookies ? { cookies } : {}),
      });
      conforms(document, String(method), url, answer);
      return answer;
    },
    async close() {
      await http.stop();
      work.close();
      await at.close();
    },
  });
}

type Media = { schema: object };
export interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, Media> }>; 'x-may'?: unknown; requestBody?: unknown; summary?: string }>>;
}

/** The answer is one that the document promises for this route. */
function conforms(document: Document, method: string, url: string, answer: Response): void {
  const path = url.split('?')[0] as string;
  const known = Object.entries(document.paths)
    .filter(([template]) => new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path))
    .sort(([a], [b]) => (a.match(/\{/g)?.length ?? 0) - (b.match(/\{/g)?.length ?? 0))[0];
  if (!known) return;
  const responses = known[1][method.toLowerCase()]?.responses ?? {};
  const promised = responses[answer.statusCode] ?? responses[`${String(answer.statusCode)[0]}XX`];
  expect(promised, `${method} ${url} → ${answer.statusCode} is not in the document: ${answer.body}`).toBeDefined();
  const type = String(answer.headers['content-type'] ?? '').split(';')[0] as string;
  const media = promised?.content?.[type];
  if (answer.statusCode === 204) return;
  if (!type.endsWith('json')) return void expect(media, `${method} ${url} → ${type} is not in the document`).toBeDefined();
  expect(media, `${method} ${url} → ${answer.statusCode} ${type} is not in the document`).toBeDefined();
  const check = Compile(media?.schema as never);
  const value = answer.json();
  const errors = check.Check(value) ? [] : [...check.Errors(value)];
  expect(errors, `${method} ${url} → ${answer.statusCode} does not fit the document`).toEqual([]);
}
