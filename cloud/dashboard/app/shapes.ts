/** The shapes of the contract that the page shows. Alert, kind and scope are the doors' own; the rest is written down from the contract. */
import type { Text, Values } from '../../../devices/kinds/blocks.ts';

export type { Argument, CommandSpec, Kind, Limit, Metric, Text, Value, Values } from '../../../devices/kinds/blocks.ts';
export type { Alert } from '../../alerts/alerts.ts';

export type Severity = 'info' | 'warning' | 'critical';
export type Status = 'ok' | 'warning' | 'alarm' | 'offline' | 'unknown';
export type Stage = 'reported' | 'registered' | 'dispatched' | 'handling' | 'feedback' | 'checking' | 'closed' | 'void';
export const stages = ['reported', 'registered', 'dispatched', 'handling', 'feedback', 'checking', 'closed'] as const;
export const roles = ['administrator', 'dispatcher', 'handler', 'gridworker', 'technician', 'school', 'viewer'] as const;
export type Role = (typeof roles)[number];
export const lifecycles = ['planned', 'installed', 'in service', 'maintenance', 'retired'] as const;
export type Lifecycle = (typeof lifecycles)[number];

export interface Position {
  lon: number;
  lat: number;
}
export interface Latest {
  ts: number;
  rx: number;
  /** What the device's clock said, and how far ahead of the cloud's it is (null: not known); as it was when the device was asked for. */
  sentTs: number | null;
  clock: 'ok' | 'unset';
  skewMs: number | null;
  values: Values;
  at: Record<string, number>;
}
export interface Device {
  id: string;
  kind: string;
  class: { scheme: string; code: string } | null;
  name: string | null;
  position: Position | null;
  site: string | null;
  grid: string | null;
  departments: { authority: string | null; owner: string | null; maintainer: string | null };
  agent: string | null;
  codes: { scheme: string; value: string }[];
  addresses: { scheme: string; value: string }[];
  baseline: { angle_x_deg: number; angle_y_deg: number; angle_z_deg: number } | null;
  model: string | null;
  interval_s: number | null;
  lifecycle: Lifecycle;
  simulated: boolean;
  status: Status;
  latest: Latest | null;
}
export interface Photo {
  id: string;
  role: 'before' | 'after' | 'other';
  at: number;
  by: string;
  takenAt: number | null;
  position: Position | null;
  width: number;
  height: number;
  /** The `snapshot` that asked for it, where a camera took it. */
  command?: string | null;
}
export interface CaseAct {
  at: number;
  by: string;
  action: string;
  from: Stage | null;
  to: Stage;
  note: string | null;
}
export interface Case {
  id: string;
  number: string;
  source: string;
  category: string | null;
  text: string;
  /** Of the alert that opened it. */
  message: Text | null;
  stage: Stage;
  device: string | null;
  position: Position | null;
  grid: string | null;
  site: string | null;
  alerts: string[];
  department: string | null;
  assignee: string | null;
  due: Record<string, number | null>;
  photos: Photo[];
  history: CaseAct[];
  /** What the person may do now, and what they could do were it not for what is missing. */
  actions: string[];
  blocked: { action: string; missing: string[] }[];
  /** The verdict of its check. */
  passed: boolean;
  reworks: number;
  opened: number;
  simulated: boolean;
  drill: boolean;
  version: number;
}
export type Scope = { all: true } | { department: string | string[] } | { grid: string | string[] } | { site: string | string[] };
export interface Me {
  username: string;
  role: Role;
  scope: Scope;
  /** The acts that role and scope allow (cloud/accounts/rights.ts). */
  may: string[];
}
export interface Installation {
  name: Text;
  demo: boolean;
  center: Position | null;
  division: string | null;
  timezone?: string;
}
export interface Grid {
  id: string;
  name: string;
  worker?: string | null;
  polygon?: [number, number][] | null;
}
export interface Department {
  id: string;
  name: string | Text;
}
export interface Site {
  id: string;
  name: string | Text;
  polygon?: [number, number][] | null;
  plan?: unknown;
}
