import type { AgentFacts, DeviceFacts, DeviceView } from '../../cloud/ingest/ingest.ts';

/** A cover in service, bound to `gw-1`; what is handed in replaces parts of it. */
export const coverFacts = (over: Partial<DeviceFacts> = {}): DeviceFacts => ({
  id: 'cover-1',
  kind: 'manhole-cover',
  agent: 'gw-1',
  former: [],
  lifecycle: 'in service',
  grid: '130406001001001',
  site: null,
  departments: { authority: 'dept-housing', owner: 'dept-water', maintainer: 'dept-drainage' },
  addresses: [],
  baseline: null,
  model: null,
  interval_s: null,
  simulated: false,
  ...over,
});

export const postFacts = (over: Partial<DeviceFacts> = {}): DeviceFacts => coverFacts({ id: 'post-1', kind: 'alarm-post', site: 'school-1', ...over });
export const cameraFacts = (over: Partial<DeviceFacts> = {}): DeviceFacts => coverFacts({ id: 'camera-1', kind: 'camera', ...over });

/** The register as a decoder sees it. */
export function viewOf(devices: DeviceFacts[], agents: AgentFacts[] = [{ id: 'gw-1', role: 'agent' }]): DeviceView {
  return {
    device: (id) => devices.find((device) => device.id === id),
    byAddress: (scheme, value) => devices.find(({ addresses }) => addresses.some((one) => one.scheme === scheme && one.value.toLowerCase() === value.toLowerCase())),
    agent: (id) => agents.find((agent) => agent.id === id),
  };
}

export const bytes = (payload: unknown): Uint8Array => new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
