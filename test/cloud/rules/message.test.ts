import { describe, expect, it } from 'vitest';
import { fillMessage, valueText } from '../../../cloud/rules/message.ts';
import { kindOf } from '../../../devices/kinds/kinds.ts';

describe('a message for a person', () => {
  const cover = kindOf('manhole-cover')?.metrics ?? {};
  it('shows value and limit as people write them', () => {
    expect(valueText(22.6512, cover.tilt_deg)).toBe('22.7°');
    expect(valueText(15, cover.tilt_deg)).toBe('15°');
    expect(valueText(1240, cover.water_level_mm)).toBe('1,240 mm');
    expect(valueText(3.28, cover.battery_v)).toBe('3.28 V');
    expect(valueText(4.6, undefined)).toBe('4.6');
  });
  it('is filled in both languages', () => {
    expect(fillMessage({ zh: '{value}，限值 {limit}', en: '{value} (limit {limit})' }, 'manhole-cover', 'tilt_deg', 22.68, 15)).toEqual({
      zh: '22.7°，限值 15°',
      en: '22.7° (limit 15°)',
    });
  });
});
