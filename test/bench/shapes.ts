/** The shapes of load that several rows put on ours and on what stands beside it. */
import type { Load } from './load.ts';

export const loads = {
  /** Agents that send several readings in one socket write. */
  several: { connections: 100, window: 30 },
  /** Gateways that send ten readings as one message. */
  batches: { connections: 100, window: 10, shape: 'batch', devicesEach: 10 },
  /** Devices that speak for themselves: one reading a socket write. */
  singles: { connections: 2000, window: 1 },
  /** The load behind what is timed: readings at an even rate, singly. */
  behind: { connections: 100, window: 50, rate: 2000 },
} as const satisfies Record<string, Load>;
