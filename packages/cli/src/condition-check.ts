import { type ConditionCheck, conditionMetrics } from '@afterai/contract'
import { InvalidArgumentError } from 'commander'

type Metric = ConditionCheck['metric']

/** The units that a bound may carry, by metric, each with the power of ten that makes it the metric's own. */
const units: Readonly<Record<Metric, Readonly<Record<string, number>>>> = {
  error_rate: { '%': -2 },
  refusal_rate: { '%': -2 },
  disagreed_rate: { '%': -2 },
  cost_per_request_usd: { usd: 0 },
  latency_mean_ms: { ms: 0, s: 3 },
  latency_p95_ms: { ms: 0, s: 3 },
  input_tokens_mean: {},
  output_tokens_mean: {},
}

const windowForm = /^(\d{1,3})([hd])$/
const callsForm = /^(\d{1,7})calls$/

/**
 * Reads a condition that telemetry checks, as people write it: `error_rate<2%/24h`, `latency_p95_ms<=1.2x/24h/100calls`. At the bound it
 * holds, however it is written; `x` is a factor of what was before the change ran.
 * @throws {InvalidArgumentError} for what isn't one, with the part that is wrong
 */
export function readConditionCheck(text: string): ConditionCheck {
  const [condition = '', ...limits] = text.replaceAll(' ', '').split('/')
  const [, name = '', sign = '', digits = '', unit = ''] =
    /^([a-z0-9_]+)([<>]=?)(\d{1,12}(?:\.\d{1,12})?)([a-z%]*)$/.exec(condition) ?? []
  if (name === '') throw new InvalidArgumentError('Write it as error_rate<2%/24h, in quotes.')
  const metric = conditionMetrics.find((it) => it === name)
  if (metric === undefined) throw new InvalidArgumentError(`The metric is one of ${conditionMetrics.join(', ')}.`)
  return {
    metric,
    comparison: sign.startsWith('<') ? 'at_most' : 'at_least',
    ...readBound(metric, { digits, unit }),
    ...readLimits(limits),
  }
}

function readBound(
  metric: Metric,
  { digits, unit }: { readonly digits: string; readonly unit: string },
): Pick<ConditionCheck, 'bound' | 'of'> {
  if (unit === 'x') return { bound: Number(digits), of: 'before' }
  const known = units[metric]
  const isRate = '%' in known
  if (unit !== '' && !Object.hasOwn(known, unit))
    throw new InvalidArgumentError(
      `The bound of ${metric} is a number${Object.keys(known)
        .map((it) => `, or one with ${it}`)
        .join('')}, or with x a factor of what was before.`,
    )
  // By its digits, since 2.3 * 0.01 isn't what a person means by 2.3%.
  const bound = Number(`${digits}e${known[unit] ?? 0}`)
  if (isRate && bound > 1) throw new InvalidArgumentError(`${metric} is 1 at most: write 2% or 0.02.`)
  return { bound, of: 'value' }
}

function readLimits(limits: readonly string[]): Pick<ConditionCheck, 'windowHours' | 'minCalls'> {
  const hours = numbersOf(limits, windowForm, (unit) => (unit === 'd' ? 24 : 1))
  const calls = numbersOf(limits, callsForm, () => 1)
  if (hours.length + calls.length < limits.length || hours.length > 1 || calls.length > 1)
    throw new InvalidArgumentError(
      'After the bound comes one window, as /24h or /7d, and how many calls it needs, as /100calls.',
    )
  const [windowHours = 24] = hours
  const [minCalls = 20] = calls
  if (windowHours < 1 || windowHours > 168) throw new InvalidArgumentError('The window is 1h to 168h, or 1d to 7d.')
  if (minCalls < 1 || minCalls > 1_000_000) throw new InvalidArgumentError('The calls are 1 to 1000000.')
  return { windowHours, minCalls }
}

/** The numbers of those limits that have a form, each times what its unit stands for. */
function numbersOf(limits: readonly string[], form: RegExp, times: (unit: string | undefined) => number): number[] {
  return limits.flatMap((limit) => {
    const [, count, unit] = form.exec(limit) ?? []
    return count === undefined ? [] : [Number(count) * times(unit)]
  })
}

/** Formats a condition that telemetry checks as it is typed: `error_rate<=0.02/24h/20calls`. */
export function formatConditionCheck({ metric, comparison, bound, of, windowHours, minCalls }: ConditionCheck): string {
  const sign = comparison === 'at_most' ? '<=' : '>='
  return `${metric}${sign}${bound}${of === 'before' ? 'x' : ''}/${windowHours}h/${minCalls}calls`
}
