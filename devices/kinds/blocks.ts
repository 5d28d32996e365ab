/** The thin blocks that a kind's literal is made of: metric, unit, range, event, command, limit. */

/** A text in both languages of the product. */
export interface Text {
  zh: string;
  en: string;
}

export const severities = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];
/** 0 info, 1 warning, 2 critical. */
export const rank = (severity: Severity): number => severities.indexOf(severity);

export type Value = number | boolean;
/** Metric → value. Numbers are floats for ever, flags are booleans. */
export type Values = Record<string, Value>;

export interface Metric {
  type: 'number' | 'boolean';
  label: Text;
  /** As shown after the value; empty for a flag. The metric's name carries it too. */
  unit: string;
  /** What the bar of the device panel spans, [min, max] in `unit`. A value outside is still stored. */
  range?: readonly [number, number];
  /** The part of the range that is normal, [low, high]. */
  normal?: readonly [number, number];
  /** Digits after the point on a screen. */
  digits?: number;
}

interface NumberOptions {
  range?: readonly [number, number];
  normal?: readonly [number, number];
  digits?: number;
}
export const number = (zh: string, en: string, unit: string, options: NumberOptions = {}): Metric => ({ type: 'number', label: { zh, en }, unit, ...options });
export const flag = (zh: string, en: string): Metric => ({ type: 'boolean', label: { zh, en }, unit: '' });

/** What an event does to alerts. */
export type Effect =
  | {
      effect: 'raises';
      cause: string;
      severity: Severity /** A number in `data` that makes it worse: from `at` on it has that severity. */;
      worse?: { field: string; at: number; severity: Severity };
    }
  /** Ends the alerts of these causes; a `data.cause` names a single one instead, of these or of `named`. */
  | { effect: 'ends'; causes: readonly string[]; named: readonly string[] }
  /** Noted in the history of the open alert of this cause; a person ends it. */
  | { effect: 'notes'; cause: string }
  | { effect: 'recorded' };

export type EventSpec = Effect & {
  label: Text;
  /** The only fields of an event's `data` that are kept, with their types (contract: privacy). */
  data: Record<string, 'number' | 'string' | 'boolean'>;
};

type Data = EventSpec['data'];
export const raises = (zh: string, en: string, cause: string, severity: Severity, data: Data = {}, worse?: { field: string; at: number; severity: Severity }): EventSpec => ({
  effect: 'raises',
  label: { zh, en },
  cause,
  severity,
  data,
  ...(worse ? { worse } : {}),
});
export const ends = (zh: string, en: string, causes: readonly string[], data: Data = {}, named: readonly string[] = []): EventSpec => ({
  effect: 'ends',
  label: { zh, en },
  causes,
  named,
  data,
});
export const notes = (zh: string, en: string, cause: string, data: Data = {}): EventSpec => ({ effect: 'notes', label: { zh, en }, cause, data });
export const recorded = (zh: string, en: string, data: Data = {}): EventSpec => ({ effect: 'recorded', label: { zh, en }, data });

/** An argument of a command. */
export interface Argument {
  type: 'number' | 'integer' | 'string';
  label: Text;
  unit?: string;
  min?: number;
  max?: number;
  maxLength?: number;
  /** What it is where a command leaves it out: the cloud fills it in. Without one it must be said. */
  usual?: number;
}
export interface CommandSpec {
  label: Text;
  args: Record<string, Argument>;
}
export const command = (zh: string, en: string, args: Record<string, Argument> = {}): CommandSpec => ({ label: { zh, en }, args });

/**
 * The kind's own limit on a metric: the agent's local rule and the seed of the cloud's rule of the same cause.
 * A flag is judged as 0 or 1.
 */
export interface Limit {
  /** Of the rule it seeds; unique within the kind. */
  id: string;
  cause: string;
  metric: string;
  op: '>=' | '<=';
  /** Mildest first; each counts its own hold. */
  levels: readonly { at: number; severity: Severity }[];
  /** Seconds the value must stay past a level before it fires. */
  hold_s: number;
  /** It ends when the value has been on the good side of this (strictly) … */
  clear: number;
  /** … for so many seconds. */
  clear_hold_s: number;
  /** The event the agent sends when it fires, and when it has cleared. Without them the limit is the cloud's alone. */
  event?: { raise: string; end: string };
  /** For a person; `{value}` and `{limit}` are filled in. */
  message: Text;
}

export interface Kind {
  id: string;
  label: Text;
  /** In the order of the device panel. */
  metrics: Record<string, Metric>;
  events: Record<string, EventSpec>;
  commands: Record<string, CommandSpec>;
  limits: readonly Limit[];
  /** Metrics that follow from others, where the device does not send them itself. */
  derive?: (values: Values, baseline: Baseline | null) => Values;
  /** The metric that a chart shows first. */
  main: string;
  /** A kind near people's faces: of its parked messages no bytes are kept (contract, "MQTT"). */
  sensitive: boolean;
}

/** The angles of a cover as it was installed, in degrees. */
export interface Baseline {
  angle_x_deg: number;
  angle_y_deg: number;
  angle_z_deg: number;
}

export const battery = { battery_v: number('电池', 'Battery', 'V', { range: [2.8, 3.8], normal: [3.3, 3.7], digits: 2 }) };
export const temperature = { temperature_c: number('温度', 'Temperature', '°C', { range: [-30, 70], normal: [-20, 60], digits: 1 }) };
export const radio = {
  rssi_dbm: number('信号', 'Signal', 'dBm', { range: [-130, -40], normal: [-115, -40], digits: 0 }),
  snr_db: number('信噪比', 'SNR', 'dB', { range: [-20, 15], normal: [-10, 15], digits: 1 }),
};
export const door = { door_open: flag('门', 'Door') };
