import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../cloud/settings.ts';
import { fc, nearly, nearlyJson, oddText, runs } from '../kit/fuzz.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('the settings', () => {
  it('are those of the contract where nothing is said', () => {
    expect(readSettings({}, [])).toMatchObject({
      GW_DATA_DIR: './data',
      GW_HOST: '127.0.0.1',
      GW_HTTP_PORT: 8080,
      GW_MQTT_PORT: 1883,
      GW_INFLUX_URL: null,
      GW_ADMIN_PASSWORD: null,
      GW_TIMEZONE: 'Asia/Shanghai',
      GW_JOURNAL_MAX_MB: 4096,
      GW_FLOWS: 'on',
      GW_LOG_LEVEL: 'info',
    });
  });
  it('come from the environment, over it from a file, over that from the command line', () => {
    const yaml = file('a.yaml', 'GW_HTTP_PORT: 1001\nGW_MQTT_PORT: 1002\n');
    const json = file('a.json', '{"GW_HTTP_PORT": 1001}');
    const env = { GW_HTTP_PORT: '1', GW_MQTT_PORT: '2', GW_TIMEZONE: 'UTC', PATH: '/bin' };
    expect(readSettings(env, ['--config', yaml, '--mqtt-port=1003'])).toMatchObject({ GW_HTTP_PORT: 1001, GW_MQTT_PORT: 1003, GW_TIMEZONE: 'UTC' });
    expect(readSettings(env, ['--config', json])).toMatchObject({ GW_HTTP_PORT: 1001, GW_MQTT_PORT: 2 });
  });
  it.each([
    [{ GW_HTTP_PORT: '80a' }, 'GW_HTTP_PORT (environment) is "80a"; allowed is a whole number from 0 to 65535.'],
    [{ GW_HTTP_PORT: '65536' }, 'GW_HTTP_PORT'],
    [{ GW_HTTP_PORT: '' }, 'GW_HTTP_PORT (environment) is ""'],
    [{ GW_HTTP_PROT: '80' }, 'GW_HTTP_PROT (environment) is no setting of Gridwarden'],
    [{ GW_TIMEZONE: 'Mars/Base' }, 'GW_TIMEZONE'],
    [{ GW_LOG_LEVEL: 'loud' }, 'allowed is one of fatal, error, warn, info'],
    [{ GW_INFLUX_URL: 'localhost' }, 'GW_INFLUX_URL'],
    [{ GW_INFLUX_URL: 'http://127.0.0.1:8086' }, 'GW_INFLUX_DATABASE'],
    [{ GW_INFLUX_DATABASE: 'x' }, 'GW_INFLUX_DATABASE (environment) is given without GW_INFLUX_URL'],
    [{ GW_DATABASE_URL: 'postgres://x' }, 'GW_DATABASE_URL (environment) is "postgres://x"; allowed is nothing yet'],
  ])('that are wrong end the start with one sentence: %o', (env, sentence) => {
    expect(() => readSettings(env, [])).toThrow(expect.objectContaining({ next: 'fatal', message: expect.stringContaining(sentence) }));
  });
  it('never show a secret in that sentence', () => {
    const said = (env: Record<string, string>, argv: string[] = []) => {
      try {
        readSettings(env, argv);
      } catch (thrown) {
        return (thrown as Error).message;
      }
      return '';
    };
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    for (const one of [
      said({ GW_ADMIN_PASSWORD: 'hunter2' }),
      said({ GW_INFLUX_URL: 'http://gw:hunter2@h:8086/path' }),
      said({ GW_DATABASE_URL: 'postgres://gw:hunter2@h/gw' }),
      said({}, ['--database-url', 'postgres://gw:hunter2@h/gw']),
      said({}, ['--admin-pasword=hunter2']),
      said({}, ['--config', file('alias.yaml', 'GW_ADMIN_PASSWORD: *hunter2\n')]),
      said({}, ['--config', file('broken.yaml', 'GW_ADMIN_PASSWORD: "hunter2\n')]),
      said({}, ['--config', file('ambiguous.yaml', '{ GW_ADMIN_PASSWORD: hunter2, &x: 1 }\n')]),
    ]) {
      expect(one).toMatch(/./);
      expect(one).not.toContain('hunter2');
    }
    // The parser of YAML has warnings of its own, which quote the line.
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
  it('are read whole or refused with one sentence, whatever stands in the file and the environment', () => {
    const good = { GW_HTTP_PORT: 8080, GW_TIMEZONE: 'Asia/Shanghai', GW_INFLUX_URL: 'http://h:8086', GW_INFLUX_DATABASE: 'gw', GW_LOG_LEVEL: 'info' };
    const contents = fc.oneof(nearlyJson([good]).map(Buffer.from), nearly([Buffer.from(JSON.stringify(good)), Buffer.from('GW_HTTP_PORT: 8080 # a comment\nGW_FLOWS: off\n')]));
    const env = fc.dictionary(fc.constantFrom('GW_HTTP_PORT', 'GW_MQTT_MAX_PACKET_KB', 'GW_JOURNAL_MAX_MB', 'GW_HOST', 'GW_TIMEZONE', 'GW_INFLUX_URL', 'GW_NONSENSE'), oddText, {
      maxKeys: 1,
    });
    fc.assert(
      fc.property(contents, env, (bytes, given) => {
        const path = join(folder, 'any.yaml');
        writeFileSync(path, bytes);
        try {
          expect(Number.isInteger(readSettings(given, ['--config', path]).GW_HTTP_PORT)).toBe(true);
        } catch (thrown) {
          expect(thrown).toMatchObject({ next: 'fatal', message: expect.stringMatching(/\.$/) });
        }
      }),
      runs(80),
    );
  });
  it('refuse an unknown argument and an unreadable file by name', () => {
    expect(() => readSettings({}, ['--http-prot', '80'])).toThrow(/--http-prot/);
    expect(() => readSettings({}, ['--config', join(folder, 'none.yaml')])).toThrow(/none\.yaml/);
    expect(() => readSettings({}, ['--config', file('list.yaml', '- 1')])).toThrow(/must hold names and values/);
  });
});
