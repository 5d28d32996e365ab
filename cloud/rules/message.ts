import { kindOf, type Metric, type Text } from '../../devices/kinds/kinds.ts';

/** By the least and the most digits after the point; making one costs more than a storm of alerts has time for. */
const formats = new Map<number, Intl.NumberFormat>();
function formatOf(least: number, most: number): Intl.NumberFormat {
  const key = least * 100 + most;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, format);
  }
  return format;
}

/** A value as a person reads it: `22.7°`, `1,240 mm`, `3.28 V`. */
export function valueText(value: number, metric: Metric | undefined): string {
  const digits = metric?.digits ?? 1;
  const text = formatOf(Number.isInteger(value) ? 0 : digits, digits).format(value);
  const unit = metric?.unit ?? '';
  return unit === '' || unit === '°' || unit === '%' ? `${text}${unit}` : `${text} ${unit}`;
}

/** Fills `{value}` and `{limit}` in. */
export function fillMessage(message: Text, kind: string, metric: string, value: number, limit: number): Text {
  const spec = kindOf(kind)?.metrics[metric];
  const fill = (text: string) => text.replaceAll('{value}', valueText(value, spec)).replaceAll('{limit}', valueText(limit, spec));
  return { zh: fill(message.zh), en: fill(message.en) };
}
