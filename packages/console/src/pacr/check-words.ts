import type { Decision } from '@afterai/client'

/** A condition that telemetry checks. */
export type Check = Decision['checks'][number]

const metrics: Readonly<Record<Check['metric'], string>> = {
  error_rate: 'Errors',
  refusal_rate: 'Refusals',
  disagreed_rate: 'Disagreements',
  cost_per_request_usd: 'Cost a request',
  latency_mean_ms: 'Mean latency',
  latency_p95_ms: '95 % of latencies',
  input_tokens_mean: 'Input tokens a call',
  output_tokens_mean: 'Output tokens a call',
}

/** A checked condition in words: "Errors at most 2 % over 24 h". */
export function checkWords({ metric, comparison, bound, of, windowHours }: Check): string {
  const limit = of === 'before' ? `${bound} × what they were before` : boundWords(metric, bound)
  return `${metrics[metric]} ${comparison === 'at_most' ? 'at most' : 'at least'} ${limit} over ${windowHours} h`
}

function boundWords(metric: Check['metric'], bound: number): string {
  if (metric.endsWith('_rate')) return `${Number((bound * 100).toFixed(3))} %`
  if (metric.endsWith('_usd')) return `$${bound}`
  return metric.endsWith('_ms') ? `${bound} ms` : String(bound)
}

/** A checked condition as findings name it: `error_rate <= 0.02 over 24 h`. */
export function checkName({ metric, comparison, bound, of, windowHours }: Check): string {
  const limit = of === 'before' ? `${bound} x before` : String(bound)
  return `${metric} ${comparison === 'at_most' ? '<=' : '>='} ${limit} over ${windowHours} h`
}
