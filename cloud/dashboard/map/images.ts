import { icons, kindIcon } from '../marks/icons.ts';
import { shapes, signs } from '../marks/shapes.ts';
import type { Colors } from './style.ts';

/** The pictures of the map, drawn when they are first wanted: discs with their number, badges, marks, kind icons. `name` is as marks.ts writes it. */
export interface Picture {
  data: ImageData;
  pixelRatio: number;
}

const font = (px: number, weight: 400 | 600, family: string): string => `${weight} ${px}px ${family}`;

export function picture(name: string, color: Colors, family: string): Picture | null {
  const [what, ...parts] = name.split('|');
  if (what === 'disc') return disc(parts[0] ?? 'normal', Number(parts[1]), parts[2] ?? '', color, family);
  if (what === 'badge') return badge(Number(parts[0]), Number(parts[1]), color, family);
  if (what === 'mark') return mark(parts[0] ?? '', parts[1] ?? '', color);
  if (what === 'icon') return icon(parts[0] ?? 'ok', parts[1] ?? '', color);
  return null;
}

const ratio = () => Math.min(3, Math.max(1, Math.ceil(devicePixelRatio)));
function canvas(width: number, height: number, paint: (ctx: CanvasRenderingContext2D) => void): Picture {
  const scale = ratio();
  const element = document.createElement('canvas');
  element.width = Math.ceil(width * scale);
  element.height = Math.ceil(height * scale);
  const ctx = element.getContext('2d');
  if (!ctx) throw new Error('no 2d canvas');
  ctx.scale(scale, scale);
  paint(ctx);
  return { data: ctx.getImageData(0, 0, element.width, element.height), pixelRatio: scale };
}

function disc(look: string, radius: number, text: string, color: Colors, family: string): Picture {
  const ring = look === 'normal' ? (radius > 6 ? 0.8 : 0) : 2.5;
  const size = (radius + ring + 2) * 2;
  return canvas(size, size, (ctx) => {
    ctx.beginPath();
    ctx.arc(size / 2, size / 2, radius, 0, Math.PI * 2);
    ctx.fillStyle = look === 'hot' ? color('criticalFill') : color('mapCluster');
    ctx.fill();
    if (look === 'normal') {
      ctx.lineWidth = 0.8;
      ctx.strokeStyle = color('mapClusterEdge');
      if (radius > 6) ctx.stroke();
    } else {
      ctx.lineWidth = look === 'hot' ? 2 : 2.5;
      ctx.strokeStyle = look === 'hot' ? color('criticalEdge') : look === 'alarm' ? color('critical') : color('warningGraphic');
      ctx.stroke();
    }
    ctx.fillStyle = look === 'hot' ? color('onCritical') : look === 'normal' ? color('mapNumber') : color('text1');
    ctx.font = font(11, look === 'hot' ? 600 : 400, family);
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(text, size / 2, size / 2 + 0.5);
  });
}

function paintShape(ctx: CanvasRenderingContext2D, shape: keyof typeof signs, x: number, y: number, size: number, filled: boolean, color: Colors): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(size / 24, size / 24);
  ctx.lineJoin = 'round';
  ctx.lineCap = 'round';
  const path = new Path2D(shapes[shape]);
  const tone = shape === 'critical' ? color('critical') : shape === 'warning' ? color('warningGraphic') : color('info');
  if (filled) {
    ctx.fillStyle = shape === 'critical' ? color('criticalFill') : color('warningFill');
    ctx.fill(path);
  }
  ctx.lineWidth = 2;
  ctx.strokeStyle = filled ? (shape === 'critical' ? color('criticalEdge') : color('warningEdge')) : tone;
  ctx.stroke(path);
  ctx.lineWidth = 2.4;
  ctx.strokeStyle = filled ? (shape === 'critical' ? color('onCritical') : color('onWarning')) : tone;
  ctx.stroke(new Path2D(signs[shape]));
  ctx.restore();
}

/** "◆ 1 ▲ 37": devices, worst first. */
function badge(alarm: number, warning: number, color: Colors, family: string): Picture {
  const parts = [...(alarm > 0 ? [{ shape: 'critical' as const, count: alarm }] : []), ...(warning > 0 ? [{ shape: 'warning' as const, count: warning }] : [])];
  const measure = document.createElement('canvas').getContext('2d');
  if (!measure) throw new Error('no 2d canvas');
  measure.font = font(11, 600, family);
  const widths = parts.map(({ count }) => 12 + 4 + measure.measureText(String(count)).width);
  const width = widths.reduce((sum, each) => sum + each, 0) + (parts.length - 1) * 6 + 10;
  const height = 18;
  return canvas(width + 2, height + 2, (ctx) => {
    ctx.translate(1, 1);
    ctx.fillStyle = color('panel');
    ctx.strokeStyle = alarm > 0 ? color('critical') : color('warningGraphic');
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.roundRect(0.5, 0.5, width - 1, height - 1, 3);
    ctx.fill();
    ctx.stroke();
    let x = 5;
    parts.forEach(({ shape, count }, i) => {
      paintShape(ctx, shape, x, 3, 12, true, color);
      ctx.font = font(11, 600, family);
      ctx.fillStyle = color('text1');
      ctx.textBaseline = 'middle';
      ctx.fillText(String(count), x + 16, height / 2 + 0.5);
      x += (widths[i] ?? 0) + 6;
    });
  });
}

function mark(look: string, kind: string, color: Colors): Picture {
  if (look === 'hot')
    return canvas(30, 30, (ctx) => {
      paintShape(ctx, 'critical', 3, 3, 24, true, color);
    });
  // Abnormal and known: the severity's outline above the kind's icon.
  return canvas(30, 30, (ctx) => {
    ctx.beginPath();
    ctx.arc(15, 15, 12, 0, Math.PI * 2);
    ctx.fillStyle = color('panel');
    ctx.fill();
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = look === 'alarm' ? color('critical') : color('warningGraphic');
    ctx.stroke();
    paintIcon(ctx, kind, 8, 8, 14, color('text1'));
    paintShape(ctx, look === 'alarm' ? 'critical' : 'warning', 18, 0, 12, true, color);
  });
}

function paintIcon(ctx: CanvasRenderingContext2D, kind: string, x: number, y: number, size: number, stroke: string): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(size / 16, size / 16);
  ctx.lineWidth = 1.4;
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  ctx.strokeStyle = stroke;
  ctx.stroke(new Path2D(icons[kindIcon(kind)]));
  ctx.restore();
}

/** A device at rest: its kind in grey; offline dashed and slashed, unknown in an open circle. */
function icon(status: string, kind: string, color: Colors): Picture {
  return canvas(26, 26, (ctx) => {
    ctx.beginPath();
    ctx.arc(13, 13, 11, 0, Math.PI * 2);
    ctx.fillStyle = color('mapCluster');
    ctx.fill();
    if (status === 'offline' || status === 'unknown') {
      ctx.lineWidth = 1.2;
      ctx.strokeStyle = color('text3');
      if (status === 'offline') ctx.setLineDash([3, 3]);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    paintIcon(ctx, kind, 6, 6, 14, color('mapNumber'));
    if (status === 'offline') {
      ctx.lineWidth = 1.4;
      ctx.strokeStyle = color('text2');
      ctx.beginPath();
      ctx.moveTo(5.5, 20.5);
      ctx.lineTo(20.5, 5.5);
      ctx.stroke();
    }
  });
}
