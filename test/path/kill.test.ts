import { describe } from 'vitest';
import { killed } from '../kit/kills.ts';

/** A short round; `npm run faults` tells it ten times as long. */
describe('killed under load, readings in the embedded store,', () => {
  killed('embedded', () => [['agent'], ['cloud', 'agent']]);
});

describe('killed under load, readings in InfluxDB,', () => {
  killed('InfluxDB', () => [['cloud', 'InfluxDB', 'agent']]);
});
