import { type AuditedRoute, by } from './audited-route.ts'
import { otlpBodies, telemetryBatchOf } from './telemetry-bodies.ts'
import type { Person } from './test-server.ts'

/** The doors of telemetry, and the events that they leave. */
export function telemetryRows(
  author: () => Person,
  fresh: (word: string) => string,
): Readonly<Record<string, AuditedRoute>> {
  const ofSignal = (signal: keyof typeof otlpBodies, actions: readonly string[]): AuditedRoute => ({
    actions,
    prepare: async () => {
      const doing = by(author(), 'POST', `/v1/${signal}`, otlpBodies[signal](fresh('traced')))
      return { ...doing, request: { ...doing.request, headers: { 'content-type': 'application/json' } } }
    },
  })
  return {
    'POST /v1/telemetry': {
      actions: ['change.open', 'environment.baseline', 'system.create'],
      prepare: async () => by(author(), 'POST', '/v1/telemetry', telemetryBatchOf(fresh('told'))),
    },
    'POST /v1/traces': ofSignal('traces', [
      'route_profile.learn',
      'served_model.baseline',
      'served_model.watch',
      'system.create',
    ]),
    'POST /v1/metrics': ofSignal('metrics', ['system.create']),
    'POST /v1/logs': ofSignal('logs', ['system.create']),
  }
}
