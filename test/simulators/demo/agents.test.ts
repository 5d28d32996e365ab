import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../edge/config.ts';
import { agentOf, demoAgents, writeAgentFile } from '../../../simulators/demo/agents.ts';
import { planIncidents } from '../../../simulators/demo/incidents.ts';
import { generateDistrict } from '../../../simulators/district/district.ts';
import { seeded } from '../../../simulators/random.ts';

const district = generateDistrict(1);

test('at most twelve agents serve every device, each by one of them', () => {
  expect(demoAgents.length).toBeLessThanOrEqual(12);
  for (const device of district.devices) expect(demoAgents.filter((agent) => agent.serves(device))).toHaveLength(1);
});

test('their files are what the agent takes, hold every device once, and are for their owner alone', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gw-agents-'));
  try {
    const plan = planIncidents(district, seeded(1, 'incidents'), 1);
    const served = new Set<string>();
    for (const agent of demoAgents) {
      const path = writeAgentFile(dir, agent, 'a-token', { mqtt: 'mqtt://127.0.0.1:1883', http: 'http://127.0.0.1:8080' }, district, plan, 1);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const config = loadConfig(path, {});
      expect(config.cloud).toMatchObject({ agent: agent.id, token: 'a-token' });
      // Who has cameras hands pictures in by HTTP.
      expect(config.cloud.http !== null).toBe(config.devices.some(({ kind }) => kind === 'camera'));
      for (const { id, interval_s, driver } of config.devices) {
        served.add(id);
        expect(interval_s).toBeLessThanOrEqual(600);
        expect(driver).toMatchObject({ type: 'simulated', history_h: 24 });
      }
    }
    expect(served.size).toBe(district.devices.length);
    expect(agentOf(district.devices[0] as (typeof district.devices)[number])).toBe('gw-08');
  } finally {
    rmSync(dir, { recursive: true });
  }
});
