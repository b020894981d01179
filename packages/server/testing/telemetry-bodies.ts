import { configurationOf } from './lifecycle.ts'
import { scoreOf, spanOf, tokensOf, tracesOf } from './otlp/otlp-bodies.ts'

/** A body of JSON for each door of OpenTelemetry. */
export const otlpBodies = {
  traces: (system: string) => tracesOf(system, [spanOf({})]),
  metrics: (system: string) => tokensOf(system, { n: 1, sum: 1.5, delta: true }),
  logs: (system: string) => scoreOf(system, 0.25),
}

/** A batch of the SDK's door that registers a system and opens a change. */
export function telemetryBatchOf(system: string): object {
  const [first, second] = ['a', 'b'].map((model) => ({
    kind: 'observation',
    id: crypto.randomUUID(),
    system,
    configuration: configurationOf(model),
  }))
  const at = new Date().toISOString()
  const events = [{ kind: 'measure', system, at, latencyMs: 1 }, first, second]
  return { bootId: crypto.randomUUID(), sequence: 0, sentAt: at, events }
}
