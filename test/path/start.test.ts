import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { Cloud, until } from '../kit/product.ts';

const top = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'gw-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const environment = { PATH: process.env.PATH ?? '', GW_HTTP_PORT: '0', GW_MQTT_PORT: '0', GW_LOG_LEVEL: 'silent', GW_FLOWS: 'off' };

/** Runs the cloud until it ends by itself. */
function ends(env: Record<string, string>, args: string[] = []): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(top, 'dist/cloud/main.js'), ...args], { env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  return new Promise((resolveEnd) => child.once('exit', (code) => resolveEnd({ code, said })));
}

describe('the start of the cloud', () => {
  it('ends with one sentence when a setting is wrong', async () => {
    const { code, said } = await ends({ GW_DATA_DIR: join(folder, 'a'), GW_HTTP_PORT: 'eighty' });
    expect(code).toBe(1);
    expect(said.trim()).toBe('GW_HTTP_PORT (environment) is "eighty"; allowed is a whole number from 0 to 65535.');
  });
  it('ends with one sentence when the data folder is in use', async () => {
    const cloud = await new Cloud({}).start();
    const { code, said } = await ends({ GW_DATA_DIR: join(cloud.folder, 'data') });
    expect(code).toBe(1);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(said).toContain('is in use by another process');
    await cloud.remove();
  });
  it.each(['journal.db', 'rules.db', 'telemetry.db', 'desk.db'])('ends with one sentence when %s was written by a newer version', async (file) => {
    const cloud = await new Cloud({}).start();
    await cloud.end();
    const db = new Database(join(cloud.folder, 'data', file));
    if (file === 'desk.db') db.prepare('insert into kysely_migration (name, timestamp) values (?, ?)').run('999-from-the-future', new Date().toISOString());
    else db.pragma('user_version = 999');
    db.close();
    const { code, said } = await ends({ GW_DATA_DIR: join(cloud.folder, 'data') });
    expect(code).toBe(1);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(said).toContain('newer version');
    await cloud.remove();
  });
  it('ends with one sentence when a port is taken', async () => {
    const cloud = await new Cloud({}).start();
    const taken: [string, string][] = [
      ['GW_HTTP_PORT', String(cloud.http)],
      ['GW_MQTT_PORT', String(cloud.mqtt)],
    ];
    for (const [name, port] of taken) {
      const { code, said } = await ends({ GW_DATA_DIR: join(folder, 'b'), [name]: port });
      expect(code).toBe(1);
      expect(said).toContain(`${name} is ${port}, which another process uses`);
      expect(said.trim().split('\n')).toHaveLength(1);
    }
    await cloud.remove();
  });
  it.each(['192.0.2.1', '999.1.1.1'])('ends with one sentence when %s is not its own address', async (GW_HOST) => {
    const { code, said } = await ends({ GW_DATA_DIR: join(folder, 'h'), GW_HOST });
    expect(code).toBe(1);
    expect(said.trim()).toMatch(new RegExp(`^GW_HOST is "${GW_HOST}", which is no address of this machine; .*\\.$`));
  });
  it('prints a generated password once, and never again', async () => {
    const data = join(folder, 'c');
    const outputs: string[] = [];
    for (let start = 0; start < 2; start++) {
      const child = spawn(process.execPath, [join(top, 'dist/cloud/main.js')], { env: { ...environment, GW_DATA_DIR: data }, stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
      });
      await until('it listens', () => said.includes('Gridwarden listens at'));
      const ended = new Promise((resolveEnd) => child.once('exit', resolveEnd));
      child.kill('SIGTERM');
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
      outputs.push(said);
    }
    expect(outputs[0]).toMatch(/password \S{10,}/);
    expect(outputs[1]).not.toContain('password');
  });
  it('reads its settings from a file too', async () => {
    const file = join(folder, 'gw.yaml');
    writeFileSync(file, `GW_DATA_DIR: ${join(folder, 'd')}\nGW_COLOUR: red\n`);
    const { code, said } = await ends({}, ['--config', file]);
    expect(code).toBe(1);
    expect(said).toContain('GW_COLOUR');
  });
  it('ends when whoever started it is gone, kill -9 included', async () => {
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `const c = require('child_process').fork(${JSON.stringify(join(top, 'dist/cloud/main.js'))}, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }); c.on('message', (m) => { if (m.type === 'listening') console.log(c.pid); });`,
      ],
      {
        env: { ...environment, GW_DATA_DIR: join(folder, 'e') },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = '';
    parent.stdout.on('data', (text) => {
      said += text;
    });
    const pid = await until('the child listens', () => Number(said.trim()) || false);
    parent.kill('SIGKILL');
    await until('the child is gone', () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});
