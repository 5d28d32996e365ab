import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { demoSettings } from '../../../simulators/demo/settings.ts';

test('gives the cloud a folder of its own below the data folder, and the rest of the command line as it is', () => {
  const settings = demoSettings({ GW_DATA_DIR: '/somewhere', GW_HTTP_PORT: '0', PATH: '/bin' }, ['--mqtt-port', '0', '--flows=off']);
  expect(settings).toMatchObject({ dir: '/somewhere', cloudDir: '/somewhere/cloud', cloudArgs: ['--mqtt-port', '0', '--flows=off', '--data-dir', '/somewhere/cloud'] });
  expect(settings.env).toEqual({ GW_HTTP_PORT: '0', PATH: '/bin' });
  expect(demoSettings({}, []).dir).toBe(resolve('data'));
});

test('lets the command line win over the file, and the file over the environment', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gw-demo-settings-'));
  try {
    const file = join(dir, 'gw.yaml');
    writeFileSync(file, 'GW_DATA_DIR: /from-file\nGW_ADMIN_PASSWORD: from-the-file\n');
    const env = { GW_DATA_DIR: '/from-env', GW_ADMIN_PASSWORD: 'from-the-env' };
    expect(demoSettings(env, [])).toMatchObject({ dir: '/from-env', adminPassword: 'from-the-env' });
    expect(demoSettings(env, ['--config', file])).toMatchObject({ dir: '/from-file', adminPassword: 'from-the-file' });
    const won = demoSettings(env, ['--config', file, '--data-dir=/from-line', '--admin-password', 'from-the-line']);
    expect(won).toMatchObject({ dir: '/from-line', adminPassword: 'from-the-line' });
    // A password on a command line could be read by everybody on the machine.
    expect(won.cloudArgs).toEqual(['--config', file, '--data-dir', '/from-line/cloud']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("keeps an agent's token in the environment from every agent of the demo", () => {
  expect(demoSettings({ GW_AGENT_TOKEN: 'x', GW_ADMIN_PASSWORD: 'y' }, []).env).toEqual({});
});
