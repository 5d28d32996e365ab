import Type from 'typebox';
import { kindOf } from '../../../devices/kinds/kinds.ts';
import { type Fault, invalid, notFound, Refusal } from '../../refusal.ts';
import { Turns } from '../../turns.ts';
import { viewerOf } from '../auth.ts';
import { idParams } from '../bodies.ts';
import { query } from '../lists.ts';
import type { Routes } from '../routes.ts';

const dayMs = 86_400_000;
/** More than this is refused (contract). */
const maxPoints = 200_000;
/** A long one takes a third of a second: what else is asked of the store waits for so many at most. */
const queriesAtOnce = 2;
const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: dayMs } as const;
const everyAllowed = 'a whole number of s, m, h or d, such as 30s, 5m or 1h';

const numbers = Type.Array(Type.Number());
const head = { metric: Type.String(), unit: Type.String(), ts: numbers };
const Answer = Type.Object({
  series: Type.Array(
    Type.Union([
      Type.Object({ ...head, value: Type.Array(Type.Union([Type.Number(), Type.Boolean()])) }),
      Type.Object({ ...head, min: numbers, mean: numbers, max: numbers, count: numbers }),
    ]),
  ),
});

export const telemetry: Routes = (app, { register, telemetry, clock }) => {
  const turns = new Turns(queriesAtOnce);
  app.get(
    '/api/devices/:id/telemetry',
    {
      config: { may: 'read' },
      schema: {
        tags: ['devices'],
        summary: 'Readings of a device in columns, by device time',
        description: `Without \`every\`, each reading; with it, min, mean, max and count of each bucket (a flag counts as 0 or 1). More than ${maxPoints} points is 413 naming an \`every\` that fits.`,
        params: idParams('id'),
        querystring: query({
          metric: Type.Optional(Type.String({ maxLength: 2000, description: 'metrics with commas; all without it' })),
          from: Type.Optional(Type.Number({ description: 'milliseconds since 1970; 24 hours before `to` without it' })),
          to: Type.Optional(Type.Number({ description: 'milliseconds since 1970, exclusive; now without it' })),
          every: Type.Optional(Type.String({ maxLength: 20, description: everyAllowed })),
        }),
        response: { 200: Answer },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { id } = request.params;
      const facts = await register.devices.facts(viewer.scope, id);
      if (!facts) throw notFound('device');
      const known = kindOf(facts.kind)?.metrics ?? {};
      const metrics = request.query.metric === undefined ? Object.keys(known) : [...new Set(request.query.metric.split(','))];
      // A reading of this very millisecond belongs to it.
      const to = Math.floor(request.query.to ?? clock.now() + 1);
      const from = Math.floor(request.query.from ?? to - dayMs);
      const every = request.query.every === undefined ? undefined : everyMs(request.query.every);
      const faults: Fault[] = metrics
        .filter((metric) => !Object.hasOwn(known, metric))
        .map((metric) => ({ key: 'metric', value: metric, allowed: `metrics of a ${facts.kind}: ${Object.keys(known).join(', ')}` }));
      if (every === null) faults.push({ key: 'every', value: request.query.every, allowed: everyAllowed });
      if (from >= to) faults.push({ key: 'from', value: from, allowed: `a time before \`to\`, ${to}` });
      if (faults.length > 0) throw invalid(faults);
      const found = await turns.take(viewer.username, async () => {
        // Who has gone meanwhile is not asked for.
        if (reply.raw.destroyed) throw new Refusal('too-many-attempts', 'The connection had ended before its turn came.');
        return telemetry.query({ device: id, kind: facts.kind, metrics, from, to, ...(every ? { every } : {}), maxPoints });
      });
      if ('tooMany' in found) throw new Refusal('too-large', `More than ${maxPoints} points; every=${found.every} fits.`, { every: found.every });
      return { series: found.map(({ metric, ...columns }) => ({ metric, unit: known[metric]?.unit ?? '', ...columns })) } as never;
    },
  );
};

/** null: not a width. */
function everyMs(text: string): number | null {
  const [, count, unit] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * unitMs[unit as keyof typeof unitMs];
}
