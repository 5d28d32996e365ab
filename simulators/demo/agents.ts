/** Which agent serves which devices, and the files that the agents are started with (contract, "The agent's file"). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Device, District } from '../district/district.ts';
import { demoSchool } from './accounts.ts';
import type { Plan } from './incidents.ts';

export interface DemoAgent {
  id: string;
  name: string;
  serves(device: Device): boolean;
}

const coversOf = (street: string) => (device: Device) => device.kind === 'manhole-cover' && device.grid.slice(6, 9) === street;
const lightsOf = (streets: string[]) => (device: Device) => device.kind === 'streetlight' && streets.includes(device.grid.slice(6, 9));

/** Each device has exactly one. */
export const demoAgents: readonly DemoAgent[] = [
  { id: 'gw-01', name: '北坪街道井盖网关', serves: coversOf('001') },
  { id: 'gw-02', name: '临水街道井盖网关', serves: coversOf('002') },
  { id: 'gw-03', name: '云溪街道井盖网关', serves: coversOf('003') },
  { id: 'gw-04', name: '石桥街道井盖网关', serves: coversOf('004') },
  { id: 'gw-05', name: '路灯网关（北坪、临水）', serves: lightsOf(['001', '002']) },
  { id: 'gw-06', name: '路灯网关（云溪、石桥）', serves: lightsOf(['003', '004']) },
  { id: 'gw-07', name: '路口视频网关', serves: (device) => device.kind === 'camera' && device.site === null },
  { id: 'gw-08', name: '青禾小学网关', serves: (device) => device.site === demoSchool },
  { id: 'gw-09', name: '学校网关', serves: (device) => device.site !== null && device.site !== demoSchool },
];

export function agentOf(device: Device): string {
  const agent = demoAgents.find((one) => one.serves(device));
  if (!agent) throw new Error(`no agent serves ${device.id}`);
  return agent.id;
}

/** Where an agent's file and data are, below the demo's folder. */
export const agentFile = (dir: string, agent: string) => join(dir, 'edge', agent, 'agent.json');

export interface Reach {
  mqtt: string;
  http: string;
}

/** Writes the file of one agent, readable by its owner alone: the token is in it. */
export function writeAgentFile(dir: string, agent: DemoAgent, token: string, reach: Reach, district: District, plan: Plan, seed: number): string {
  const path = agentFile(dir, agent.id);
  const devices = district.devices
    .filter((device) => agent.serves(device))
    .map((device, k) => ({
      id: device.id,
      kind: device.kind,
      interval_s: device.interval_s,
      ...(device.baseline ? { baseline: device.baseline } : {}),
      driver: { type: 'simulated', seed: (seed * 1_000_003 + k) % 2 ** 32, history_h: 24, acts: plan.get(device.id) ?? [] },
    }));
  // Pictures go up by HTTP, so who has cameras is told where.
  const cloud = { url: reach.mqtt, agent: agent.id, token, ...(devices.some((device) => device.kind === 'camera') ? { http: reach.http } : {}) };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify({ cloud, data_dir: join(dirname(path), 'data'), devices }), { mode: 0o600 });
  return path;
}
