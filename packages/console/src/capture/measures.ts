/** What a series may show: its name in words, and how its values are written. */
export const measures = {
  calls: { label: 'Calls', write: whole },
  error_rate: { label: 'Errors', write: percent },
  refusal_rate: { label: 'Refusals', write: percent },
  latency_mean_ms: { label: 'Latency, mean', write: duration },
  latency_p95_ms: { label: 'Latency, 95 % below', write: duration },
  cost_per_request_usd: { label: 'Cost of a request', write: dollars },
  input_tokens_mean: { label: 'Tokens in, mean', write: whole },
  output_tokens_mean: { label: 'Tokens out, mean', write: whole },
} as const satisfies Record<string, { readonly label: string; readonly write: (value: number) => string }>
/** The name of what a series shows. */
export type Measure = keyof typeof measures

/** All measures, as a form offers them. */
export const measureOptions = (Object.keys(measures) as Measure[]).map((value) => ({
  value,
  label: measures[value].label,
}))

/** Whether a word is the name of a measure. */
export function isMeasure(word: unknown): word is Measure {
  return typeof word === 'string' && Object.hasOwn(measures, word)
}

function whole(value: number): string {
  return value < 10 ? trimmed(value, 1) : Math.round(value).toLocaleString('en')
}

function percent(value: number): string {
  return `${trimmed(value * 100, value < 0.1 ? 2 : 1)} %`
}

function duration(ms: number): string {
  return ms < 1_000 ? `${trimmed(ms, ms < 10 ? 1 : 0)} ms` : `${trimmed(ms / 1_000, 2)} s`
}

function dollars(value: number): string {
  return `$${value === 0 ? '0' : value < 0.01 ? Number(value.toPrecision(2)) : value.toFixed(2)}`
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}
