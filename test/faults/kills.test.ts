import { describe } from 'vitest';
import { killed, type Store, type Victim } from '../kit/kills.ts';

const kills = 10;
const choices: Record<Store, Victim[][]> = {
  embedded: [['cloud'], ['agent'], ['agent', 'cloud']],
  InfluxDB: [['cloud'], ['agent'], ['InfluxDB'], ['cloud', 'agent'], ['InfluxDB', 'cloud', 'agent']],
};

describe.each(['embedded', 'InfluxDB'] as const)('ten kills at random moments, readings in the store %s', (store) => {
  const all = choices[store];
  killed(store, (random) => Array.from({ length: kills }, () => all[Math.floor(random() * all.length)] as Victim[]));
});
