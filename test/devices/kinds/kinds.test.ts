import { describe, expect, it } from 'vitest';
import { kinds, rank } from '../../../devices/kinds/kinds.ts';

describe('every kind', () => {
  it('has an id of its own', () => {
    expect(new Set(kinds.map(({ id }) => id)).size).toBe(kinds.length);
  });
  it.each(kinds.map((kind) => [kind.id, kind] as const))('%s names only metrics, events and causes it has', (_id, kind) => {
    expect(kind.metrics[kind.main]).toBeDefined();
    const raised = new Set([...kind.limits.map(({ cause }) => cause), ...Object.values(kind.events).flatMap((spec) => (spec.effect === 'raises' ? [spec.cause] : []))]);
    for (const limit of kind.limits) {
      expect(kind.metrics[limit.metric]).toBeDefined();
      expect(limit.levels.map(({ severity }) => rank(severity))).toEqual(limit.levels.map(({ severity }) => rank(severity)).sort());
      if (limit.event) {
        expect(kind.events[limit.event.raise]).toMatchObject({ effect: 'raises', cause: limit.cause });
        expect(kind.events[limit.event.end]).toMatchObject({ effect: 'ends' });
      }
    }
    for (const spec of Object.values(kind.events)) {
      if (spec.effect === 'ends') for (const cause of [...spec.causes, ...spec.named]) expect(raised).toContain(cause);
      if (spec.effect === 'notes') expect(raised).toContain(spec.cause);
    }
  });
  it.each(kinds.map((kind) => [kind.id, kind] as const))('%s has words in both languages everywhere', (_id, kind) => {
    const texts = [
      kind.label,
      ...Object.values(kind.metrics).map(({ label }) => label),
      ...Object.values(kind.events).map(({ label }) => label),
      ...Object.values(kind.commands).map(({ label }) => label),
      ...kind.limits.map(({ message }) => message),
    ];
    for (const text of texts) {
      expect(text.zh.trim()).not.toBe('');
      expect(text.en.trim()).not.toBe('');
    }
  });
  it('carries its unit in the name of each metric', () => {
    const endings: Record<string, string> = {
      '°': '_deg',
      mm: '_mm',
      V: '_v',
      '%': '_pct',
      '°C': '_c',
      dBm: '_dbm',
      dB: '_db',
      W: '_w',
      A: '_a',
      Wh: '_wh',
      kbps: '_kbps',
      s: '_s',
    };
    for (const kind of kinds)
      for (const [name, { unit }] of Object.entries(kind.metrics)) if (unit in endings) expect(name.endsWith(endings[unit] as string), `${kind.id} ${name}`).toBe(true);
  });
});
