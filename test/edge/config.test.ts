import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../edge/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string, env: Record<string, string> = {}, name = 'agent.yaml') {
  const path = join(folder, name);
  writeFileSync(path, text);
  return loadConfig(path, env);
}

const cloud = 'cloud: { url: mqtt://127.0.0.1:1883, agent: gw-01, token: secret-1 }\n';
const cover = (driver: string, rest = '') => `${cloud}devices:\n  - { id: cover-17, kind: manhole-cover, driver: ${driver}${rest} }\n`;

describe('the agent’s file', () => {
  it('is read as the contract shows it', () => {
    const text = `
cloud: { url: mqtt://127.0.0.1:1883, agent: gw-01, token: abc }   # token may come from GW_AGENT_TOKEN
data_dir: ./edge-data
outbox: { max_mb: 256 }
devices:
  - { id: cover-17, kind: manhole-cover, interval_s: 600, driver: { type: simulated, seed: 7 } }
`;
    expect(load(text)).toEqual({
      cloud: { url: 'mqtt://127.0.0.1:1883', agent: 'gw-01', token: 'abc', http: null },
      data_dir: './edge-data',
      log_level: 'info',
      max_mb: 256,
      devices: [{ id: 'cover-17', kind: 'manhole-cover', interval_s: 600, baseline: null, driver: { type: 'simulated', seed: 7 } }],
    });
  });

  it('may be JSON', () => {
    const text = JSON.stringify({ cloud: { url: 'mqtt://h:1', agent: 'a', token: 't' }, devices: [] });
    expect(load(text, {}, 'agent.json')).toMatchObject({ cloud: { agent: 'a' }, devices: [] });
  });

  it('gives way to the environment: the token and the log level', () => {
    expect(load(`${cloud}devices: []`, { GW_AGENT_TOKEN: 'other', GW_LOG_LEVEL: 'debug' })).toMatchObject({ cloud: { token: 'other' }, log_level: 'debug' });
  });

  it('may hold all that a simulated driver takes', () => {
    const driver = '{ type: simulated, seed: 7, history_h: 24, faults_per_day: 0.02, acts: [ { after_s: 35, act: tilt, value: 28, for_s: 600, repeat: true } ] }';
    expect(load(cover(driver)).devices[0]?.driver).toMatchObject({ history_h: 24, acts: [{ act: 'tilt', value: 28 }] });
  });

  it.each([
    [
      'an address without sense',
      'cloud: { url: "mqtt://h:99999", agent: a, token: t }\ndevices: []',
      'cloud.url is "mqtt://h:99999"; allowed: mqtt://host:port or mqtts://host:port',
    ],
    ['an unknown key', `${cloud}devices: []\noutbocks: { max_mb: 3 }`, 'outbocks is an object, an unknown key; allowed here: cloud, data_dir, log_level, outbox, devices'],
    ['an unknown key inside', `${cloud}outbox: { max_gb: 3 }\ndevices: []`, 'outbox.max_gb is 3, an unknown key; allowed here: max_mb'],
    [
      'an unknown key of a device',
      cover('{ type: simulated, seed: 7 }', ', colour: grey'),
      'devices.0.colour is "grey", an unknown key; allowed here: id, kind, interval_s, baseline, driver',
    ],
    [
      'an unknown key of a driver',
      cover('{ type: simulated, sead: 7, seed: 7 }'),
      'devices.0.driver.sead is 7, an unknown key; allowed here: type, seed, history_h, faults_per_day, acts',
    ],
    [
      'an unknown key of an act',
      cover('{ type: simulated, seed: 7, acts: [ { after_s: 1, act: tilt, angle: 3 } ] }'),
      'devices.0.driver.acts.0.angle is 3, an unknown key; allowed here: after_s, act, value, for_s, repeat',
    ],
    [
      'a missing key',
      `${cloud}devices:\n  - { id: a, driver: { type: simulated, seed: 1 } }`,
      'devices.0.kind is missing; allowed: manhole-cover, streetlight, alarm-post, face-gate, camera',
    ],
    ['a missing seed', cover('{ type: simulated }'), 'devices.0.driver.seed is missing; allowed: a whole number from 0 to 4294967295'],
    [
      'a wrong kind',
      `${cloud}devices:\n  - { id: a, kind: bench, driver: { type: simulated, seed: 1 } }`,
      'devices.0.kind is "bench"; allowed: manhole-cover, streetlight, alarm-post, face-gate, camera',
    ],
    ['a wrong number', `${cloud}outbox: { max_mb: 0 }\ndevices: []`, 'outbox.max_mb is 0; allowed: MiB from 1 to 1048576'],
    ['a wrong address', 'cloud: { url: "http://x", agent: a, token: t }\ndevices: []', 'cloud.url is "http://x"; allowed: mqtt://host:port or mqtts://host:port'],
    ['an unknown driver', cover('{ type: modem }'), 'devices.0.driver.type is "modem"; allowed: simulated'],
    [
      'an act of another kind',
      cover('{ type: simulated, seed: 1, acts: [ { after_s: 1, act: sos } ] }'),
      'devices.0.driver.acts.0.act is "sos"; allowed for a manhole-cover: tilt, water, battery, silent',
    ],
    [
      'an id that is there twice',
      `${cloud}devices:\n  - &d { id: a, kind: camera, driver: { type: simulated, seed: 1 } }\n  - *d`,
      'devices.1.id is "a"; allowed: an id that no other device of the file has',
    ],
    [
      'no token',
      'cloud: { url: mqtt://h:1, agent: a }\ndevices: []',
      'cloud.token is missing; allowed: the token that the cloud has shown for this agent, here or in GW_AGENT_TOKEN',
    ],
    ['an empty file', '', 'the whole file is null; allowed: the keys cloud, data_dir, log_level, outbox and devices'],
  ])('is refused for %s with the key, the value and what is allowed', (_, text, sentence) => {
    expect(() => load(text)).toThrow(`${join(folder, 'agent.yaml')}: ${sentence}`);
  });

  it('is refused without a secret in the sentence', () => {
    expect(() => load('cloud: { url: mqtt://h:1, agent: a, token: 12345678 }\ndevices: []')).toThrow(/cloud\.token is \(not shown\); allowed: the token/);
    expect(() => load('cloud: { url: mqtt://h:1, agent: a, tokn: hunter2 }\ndevices: []')).toThrow(/cloud\.tokn is \(not shown\), an unknown key/);
    expect(() => load('cloud: { url: "mqtt://gw-1:hunter2@h:1", agent: a, token: t }\ndevices: []')).toThrow('cloud.url is "mqtt://(not shown)@h:1"; allowed');
    expect(() => load('clud: { url: mqtt://h:1, agent: a, token: hunter2 }\ndevices: []')).toThrow(/clud is an object, an unknown key/);
  });

  it('is not quoted by the parser’s own warnings either', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(() => load('cloud: { url: mqtt://h:1, agent: a, token: hunter2, &x: 1 }\ndevices: []')).toThrow();
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  it('is refused when it is not there, or no YAML', () => {
    expect(() => loadConfig(join(folder, 'none.yaml'), {})).toThrow(`${join(folder, 'none.yaml')} cannot be read (ENOENT); --config takes a YAML or JSON file`);
    expect(() => load('cloud: { url')).toThrow(/agent\.yaml is neither YAML nor JSON: it breaks off at line 1, column \d+$/);
  });

  it('is refused for a wrong log level in the environment', () => {
    expect(() => load(`${cloud}devices: []`, { GW_LOG_LEVEL: 'loud' })).toThrow('GW_LOG_LEVEL is "loud"; allowed: fatal, error, warn, info, debug, trace, silent');
  });
});
