import type { Generated } from 'kysely';

export interface DeviceTable {
  /** 1, 2, 3, … in the order of registration: its place in the roster. No device is ever deleted. */
  slot: Generated<number>;
  id: string;
  kind: string;
  class_scheme: string | null;
  class_code: string | null;
  name: string | null;
  lon: number | null;
  lat: number | null;
  site: string | null;
  grid: string | null;
  authority: string | null;
  owner: string | null;
  maintainer: string | null;
  agent: string | null;
  /** JSON. */
  codes: string;
  /** JSON, as given; `device_addresses` holds them in lower case. */
  addresses: string;
  /** JSON or null. */
  baseline: string | null;
  model: string | null;
  interval_s: number | null;
  lifecycle: string;
  simulated: number;
  /** JSON: agents before, and until when. */
  former: string;
  created: number;
  changed: number;
}
export interface DeviceAddressTable {
  scheme: string;
  value: string;
  device: string;
}
export interface AgentTable {
  id: string;
  name: string;
  role: string;
  /** SHA-256 of the token, hex. */
  token_hash: string;
  created: number;
}
export interface DepartmentTable {
  id: string;
  name: string;
}
export interface GridTable {
  id: string;
  name: string;
  worker: string | null;
  /** JSON or null. */
  polygon: string | null;
}
export interface SiteTable {
  id: string;
  name: string;
  polygon: string | null;
  plan: string | null;
}
/** Single documents: `installation`, `basemap`. */
export interface DocumentTable {
  key: string;
  /** JSON. */
  value: string;
}
export interface RuleTable {
  id: string;
  /** Place in the list. */
  place: number;
  /** JSON of a `Rule`. */
  rule: string;
}
