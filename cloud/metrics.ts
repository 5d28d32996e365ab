import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Health } from './health.ts';

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

  async text(health: Health): Promise<string> {
    this.#ok.set(health.status === 'ok' ? 1 : 0);
    for (const [stage, { lagMs, more, ...counts }] of Object.entries(health.stages)) {
      for (const [outcome, count] of Object.entries(counts)) this.#stage.set({ stage, outcome }, count);
      if (lagMs !== null) this.#lag.set({ stage }, lagMs / 1000);
      for (const [detail, value] of Object.entries(more ?? {})) if (typeof value === 'number') this.#more.set({ stage, detail }, value);
    }
    return this.#registry.metrics();
  }
}
