/** The generator's own ceiling, for each shape of load that the other rows use: against a sink that does nothing but answer. */
import { bear, sink } from '../peers.ts';
import { more, type RunOptions, row } from '../row.ts';
import { loads } from '../shapes.ts';

export const generator = row({
  id: 'generator',
  figure: "the generator's own ceiling, against a bare TCP sink that answers PUBACKs",
  ours: { 'several readings a write': more('msg/s'), 'batches of 10': more('readings/s'), 'one reading a write, 2,000 connections': more('msg/s') },
  beside: {},
  said: ['sink and generator share the two cores, as broker and generator do'],
  rounds: 3,
  seconds: 50,
  async run({ size }: RunOptions) {
    const seconds = size(4, 1);
    const several = await bear(sink, { ...loads.several, seconds });
    const batches = await bear(sink, { ...loads.batches, seconds });
    const singles = await bear(sink, { ...loads.singles, connections: size(loads.singles.connections, 100), seconds });
    return {
      ours: {
        'several readings a write': several.rate,
        'batches of 10': batches.rate * loads.batches.devicesEach,
        'one reading a write, 2,000 connections': singles.rate,
      },
      beside: {},
      raw: { several, batches, singles },
    };
  },
});
