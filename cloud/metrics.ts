import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Health } from './health.ts';
import { type Hops, hopBounds } from './hops.ts';

/** Prometheus text of the same numbers as `/health`, and of the process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #stage = new Gauge({
    name: 'gridwarden_stage_messages',
    help: 'Messages (gate, journal), readings and events of a stage, by outcome, since the start',
    labelNames: ['stage', 'outcome'],
    registers: [this.#registry],
  });
  readonly #lag = new Gauge({ name: 'gridwarden_stage_lag_seconds', help: 'How far a stage is behind', labelNames: ['stage'], registers: [this.#registry] });
  readonly #more = new Gauge({ name: 'gridwarden_stage_detail', help: 'Further numbers of a stage', labelNames: ['stage', 'detail'], registers: [this.#registry] });
  readonly #ok = new Gauge({ name: 'gridwarden_ok', help: '1 when no stage has trouble', registers: [this.#registry] });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  async text({ health, hops }: { health: Health; hops: Hops }): Promise<string> {
    this.#ok.set(health.status === 'ok' ? 1 : 0);
    for (const [stage, { lagMs, more, ...counts }] of Object.entries(health.stages)) {
      for (const [outcome, count] of Object.entries(counts)) this.#stage.set({ stage, outcome }, count);
      if (lagMs !== null) this.#lag.set({ stage }, lagMs / 1000);
      for (const [detail, value] of Object.entries(more ?? {})) if (typeof value === 'number') this.#more.set({ stage, detail }, value);
    }
    return `${await this.#registry.metrics()}\n${hopText(hops)}`;
  }
}

/** As Prometheus' text format has histograms: prom-client keeps its own and takes none that were counted elsewhere. */
function hopText(hops: Hops): string {
  const lines = ['# HELP gridwarden_hop_seconds How long each hop of the path took, since the start', '# TYPE gridwarden_hop_seconds histogram'];
  for (const [hop, { buckets, count, sum }] of Object.entries(hops)) {
    let below = 0;
    hopBounds.forEach((bound, i) => {
      below += buckets[i] as number;
      lines.push(`gridwarden_hop_seconds_bucket{hop="${hop}",le="${bound / 1000}"} ${below}`);
    });
    lines.push(
      `gridwarden_hop_seconds_bucket{hop="${hop}",le="+Inf"} ${count}`,
      `gridwarden_hop_seconds_sum{hop="${hop}"} ${sum / 1000}`,
      `gridwarden_hop_seconds_count{hop="${hop}"} ${count}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
