/** What can be done to a simulated device by script (the driver `simulated` of an agent's file). A test holds it to what the driver takes. */
export interface ActSpec {
  name: string;
  kinds: readonly string[];
  /** What its `value` means; without one, a value says nothing. */
  value?: string;
}

export const acts: readonly ActSpec[] = [
  { name: 'tilt', kinds: ['manhole-cover'], value: 'degrees' },
  { name: 'water', kinds: ['manhole-cover'] },
  { name: 'battery', kinds: ['manhole-cover', 'alarm-post'], value: 'volts' },
  { name: 'lamp-fail', kinds: ['streetlight'] },
  { name: 'sos', kinds: ['alarm-post'] },
  { name: 'sos-cancel', kinds: ['alarm-post'] },
  { name: 'tamper', kinds: ['alarm-post', 'face-gate'] },
  { name: 'test', kinds: ['alarm-post'] },
  { name: 'forced-open', kinds: ['face-gate'] },
  { name: 'held-open', kinds: ['face-gate'] },
  { name: 'duress', kinds: ['face-gate'] },
  { name: 'cover-camera', kinds: ['camera'] },
  { name: 'signal-lost', kinds: ['camera'] },
  { name: 'moved', kinds: ['camera'] },
  { name: 'intrusion', kinds: ['camera'] },
  { name: 'silent', kinds: ['manhole-cover', 'streetlight', 'alarm-post', 'face-gate', 'camera'] },
];
