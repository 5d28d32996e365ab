import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Severity } from '../app/shapes.ts';
import { shapes } from '../marks/shapes.ts';
import { day, minuteTime, number } from '../words/format.ts';
import { broken, type Gap, type Points, valueRange } from './series.ts';

/** The drawing of a chart by uPlot: loaded only when a chart is shown. Colours are read from the tokens of the page. */
export interface ChartFacts {
  points: Points;
  gaps: Gap[];
  from: number;
  to: number;
  limits: { at: number; severity: Severity; text: string }[];
  alerts: { at: number; severity: Severity; sos: boolean }[];
  digits: number;
  zone: string;
  words: { gap: string; now: string };
  width: number;
  height: number;
  onread: (at: number | null, value: number | null) => void;
  theme: string;
}
export interface ChartDrawing {
  update(facts: ChartFacts): void;
  /** Moves the crosshair by one point. */
  step(by: number): void;
  stop(): void;
}

export function drawChart(target: HTMLElement, first: ChartFacts): ChartDrawing {
  let facts = first;
  let plot = make();

  function data(): uPlot.AlignedData {
    const points = broken(facts.points, facts.gaps);
    return [points.ts, points.max, points.min, points.mean] as uPlot.AlignedData;
  }

  function make(): uPlot {
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const tone: Record<Severity, string> = { critical: color('critical'), warning: color('warningGraphic'), info: color('info') };
    const rem = Number.parseFloat(style.fontSize);
    const font = `${0.6875 * rem}px ${style.getPropertyValue('--font')}`;
    const text = color('text2');
    const made = new uPlot(
      {
        width: facts.width,
        height: facts.height,
        padding: [16, 18, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 6, fill: color('text1'), show: true }, drag: { x: false, y: false } },
        scales: {
          x: { time: false, range: () => [facts.from, facts.to] },
          y: {
            range: () =>
              valueRange(
                facts.points,
                facts.limits.map((limit) => limit.at),
              ),
          },
        },
        axes: [
          {
            stroke: text,
            font,
            size: 22,
            gap: 4,
            grid: { show: false },
            ticks: { show: false },
            splits: () => timeSplits(facts.from, facts.to),
            values: (_, splits) => splits.map((at) => timeText(at, facts)),
          },
          {
            stroke: text,
            font,
            size: 34,
            gap: 4,
            space: 36,
            grid: { stroke: color('line'), width: 1 },
            ticks: { show: false },
            values: (_, splits) => splits.map((value) => number(value)),
          },
        ],
        series: [
          {},
          { stroke: 'transparent', points: { show: false } },
          { stroke: 'transparent', points: { show: false } },
          { stroke: color('text1'), width: 1.5, points: { show: false } },
        ],
        bands: [{ series: [1, 2], fill: color('line2') }],
        hooks: {
          drawClear: [(u) => hatch(u, facts, color('control'), color('text2'), font)],
          draw: [(u) => overlays(u, facts, tone, color, font)],
          setCursor: [
            (u) => {
              const i = u.cursor.idx;
              facts.onread(i === null || i === undefined ? null : (u.data[0][i] ?? null), i === null || i === undefined ? null : (u.data[3]?.[i] ?? null));
            },
          ],
        },
      },
      data(),
      target,
    );
    return made;
  }

  return {
    update(next) {
      const anew = next.theme !== facts.theme || next.width !== facts.width || next.height !== facts.height || next.words.gap !== facts.words.gap || next.digits !== facts.digits;
      facts = next;
      if (anew) {
        plot.destroy();
        plot = make();
      } else plot.setData(data());
    },
    step(by) {
      const now = plot.cursor.idx ?? plot.data[0].length - 1;
      let next = now + by;
      while (next > 0 && next < plot.data[0].length && plot.data[3]?.[next] === null) next += by;
      next = Math.min(plot.data[0].length - 1, Math.max(0, next));
      const at = plot.data[0][next];
      if (at !== undefined) plot.setCursor({ left: plot.valToPos(at, 'x'), top: 10 });
    },
    stop: () => plot.destroy(),
  };
}

const hour = 3_600_000;
function timeSplits(from: number, to: number): number[] {
  const span = to - from;
  const step = span <= 25 * hour ? 6 * hour : span <= 8 * 24 * hour ? 24 * hour : 7 * 24 * hour;
  const splits: number[] = [];
  for (let at = Math.ceil(from / step) * step; at < to - step * 0.45; at += step) splits.push(at);
  return [...splits, to];
}
function timeText(at: number, facts: ChartFacts): string {
  if (at === facts.to) return facts.words.now;
  return facts.to - facts.from <= 25 * hour ? minuteTime(at, facts.zone) : day(at, facts.zone).slice(5);
}

/** Where nothing was measured: hatched, with the words where they fit. */
function hatch(u: uPlot, facts: ChartFacts, line: string, text: string, font: string): void {
  const { ctx, bbox } = u;
  const dpr = devicePixelRatio;
  ctx.save();
  for (const gap of facts.gaps) {
    const left = Math.max(bbox.left, u.valToPos(gap.from, 'x', true));
    const right = Math.min(bbox.left + bbox.width, u.valToPos(gap.to, 'x', true));
    if (right - left < 2) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.strokeStyle = line;
    ctx.globalAlpha = 0.45;
    ctx.lineWidth = dpr;
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += 6 * dpr) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
    ctx.font = scaled(font, dpr);
    ctx.fillStyle = text;
    ctx.textAlign = 'center';
    if (right - left > ctx.measureText(facts.words.gap).width) ctx.fillText(facts.words.gap, (left + right) / 2, bbox.top + 14 * dpr);
  }
  ctx.restore();
}
const scaled = (font: string, dpr: number): string => font.replace(/^[\d.]+/, (px) => String(Number(px) * dpr));

/** Limits dashed with their words, alerts as vertical lines with their mark on top. */
function overlays(u: uPlot, facts: ChartFacts, tone: Record<Severity, string>, color: (name: string) => string, font: string): void {
  const { ctx, bbox } = u;
  const dpr = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = dpr;
  ctx.font = scaled(font, dpr);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  for (const limit of facts.limits) {
    const y = u.valToPos(limit.at, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = tone[limit.severity];
    ctx.setLineDash([4 * dpr, 3 * dpr]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillStyle = limit.severity === 'warning' ? color('warning') : tone[limit.severity];
    ctx.fillText(limit.text, bbox.left + 4 * dpr, y - 3 * dpr);
  }
  ctx.setLineDash([]);
  for (const alert of facts.alerts) {
    const x = u.valToPos(alert.at, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = tone[alert.severity];
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const size = 12 * dpr;
    ctx.save();
    ctx.translate(Math.min(x, bbox.left + bbox.width - size / 2) - size / 2, bbox.top - size - dpr);
    ctx.scale(size / 24, size / 24);
    const path = new Path2D(alert.sos ? shapes.sos : shapes[alert.severity]);
    ctx.fillStyle = alert.severity === 'critical' ? color('criticalFill') : alert.severity === 'warning' ? color('warningFill') : color('panel');
    ctx.fill(path);
    ctx.lineWidth = 2;
    ctx.strokeStyle = alert.severity === 'critical' ? color('criticalEdge') : tone[alert.severity];
    ctx.stroke(path);
    ctx.restore();
  }
  ctx.restore();
}
