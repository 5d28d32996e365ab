/** The cloud as its users run it: the built program as a process, spoken to over HTTP, MQTT and the socket. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';

const top = resolve(import.meta.dirname, '../..');
export const adminPassword = 'a-password-for-tests';

/** Waits until `look` gives something, and gives that; fails with `what` after `ms`. */
export async function until<T>(what: string, look: () => T | undefined | false | null | Promise<T | undefined | false | null>, ms = 30_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await new Promise((go) => setTimeout(go, 25));
  }
}

export interface Answer<T = unknown> {
  status: number;
  body: T;
  headers: Headers;
}

/** Someone signed in, or a script with a token. */
export class Person {
  readonly base: string;
  readonly cookie: string;
  readonly token: string | undefined;
  constructor(base: string, cookie: string, token?: string) {
    this.base = base;
    this.cookie = cookie;
    this.token = token;
  }
  get headers(): Record<string, string> {
    return { ...(this.cookie ? { cookie: this.cookie } : {}), ...(this.token ? { authorization: `Bearer ${this.token}` } : {}) };
  }
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  async ask<T = any>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const isForm = body instanceof FormData;
    const response = await fetch(this.base + path, {
      method,
      headers: { ...this.headers, ...(body !== undefined && !isForm ? { 'content-type': 'application/json' } : {}) },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as T, headers: response.headers };
  }
  /** As `ask`, but anything other than 2xx fails the test with what was answered. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  async get<T = any>(path: string): Promise<T> {
    return this.#must(await this.ask<T>('GET', path), 'GET', path);
  }
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  async post<T = any>(path: string, body?: unknown): Promise<T> {
    return this.#must(await this.ask<T>('POST', path, body ?? {}), 'POST', path);
  }
  #must<T>(answer: Answer<T>, method: string, path: string): T {
    if (answer.status < 200 || answer.status > 299) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

export async function signIn(base: string, username: string, password: string): Promise<Person> {
  const response = await fetch(`${base}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) });
  if (response.status >= 300) throw new Error(`sign in answered ${response.status}: ${await response.text()}`);
  return new Person(base, (response.headers.getSetCookie()[0] ?? '').split(';')[0] as string);
}

export class Cloud {
  readonly folder: string;
  readonly env: Record<string, string>;
  http = 0;
  mqtt = 0;
  output = '';
  #child: ChildProcess | null = null;

  constructor(env: Record<string, string> = {}, folder = mkdtempSync(join(tmpdir(), 'gw-cloud-'))) {
    this.folder = folder;
    this.env = env;
  }

  get base(): string {
    return `http://127.0.0.1:${this.http}`;
  }
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts it; ports are chosen once and kept over restarts. */
  async start(): Promise<this> {
    const child = spawn(process.execPath, [join(top, 'dist/cloud/main.js')], {
      env: {
        PATH: process.env.PATH ?? '',
        GW_DATA_DIR: join(this.folder, 'data'),
        GW_ADMIN_PASSWORD: adminPassword,
        GW_HTTP_PORT: String(this.http),
        GW_MQTT_PORT: String(this.mqtt),
        GW_FLOWS: 'off',
        GW_LOG_LEVEL: 'warn',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    child.stdout?.on('data', (data) => {
      this.output += data;
    });
    child.stderr?.on('data', (data) => {
      this.output += data;
    });
    const ports = await new Promise<{ http: number; mqtt: number }>((ready, fail) => {
      child.on('message', (message) => {
        if ((message as { type?: string }).type === 'listening') ready(message as { http: number; mqtt: number });
      });
      child.once('exit', (code) => fail(new Error(`the cloud ended with ${code}: ${this.output}`)));
    });
    this.http = ports.http;
    this.mqtt = ports.mqtt;
    return this;
  }

  /** Ends it with a signal and gives its exit code. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolveEnd) => child.once('exit', (code) => resolveEnd(code)));
    child.kill(signal);
    return ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  signIn(username = 'admin', password = adminPassword): Promise<Person> {
    return signIn(this.base, username, password);
  }

  nobody(): Person {
    return new Person(this.base, '');
  }

  /** An MQTT connection as an agent's, or a bridge's with a client id of its own. */
  async connect(agent: string, token: string, options: mqtt.IClientOptions = {}): Promise<MqttClient> {
    return mqtt.connectAsync(`mqtt://127.0.0.1:${this.mqtt}`, { clientId: agent, username: agent, password: token, protocolVersion: 4, reconnectPeriod: 0, ...options });
  }
}

export const publish = (client: MqttClient, topic: string, payload: unknown): Promise<unknown> =>
  client.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1 });
