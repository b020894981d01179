import type { AssessmentPlan, MetricPlan, Scale } from '@afterai/evidence'
import { CommandFailure } from './command-failure.ts'

/** Options that state a plan before the results are looked at: metrics by name, some with a value behind `=`, and slices. */
export interface PlanOptions {
  readonly margin?: readonly string[]
  readonly direction?: readonly string[]
  readonly scale?: readonly string[]
  readonly primary?: readonly string[]
  readonly secondary?: readonly string[]
  readonly criticalSlice?: readonly string[]
}

/** Whether options say anything of a plan; else the one that was sealed holds. */
export function statesPlan({ margin, direction, scale, primary, secondary, criticalSlice }: PlanOptions): boolean {
  return [margin, direction, scale, primary, secondary, criticalSlice].some((it) => it !== undefined)
}

type Said = { -readonly [K in keyof MetricPlan]?: MetricPlan[K] }

/** The plan that options state; what they don't say is left to the defaults. @throws {CommandFailure} `usage` */
export function readPlan(options: PlanOptions): AssessmentPlan {
  const { margin = [], direction = [], scale = [], primary = [], secondary = [], criticalSlice = [] } = options
  const metrics = new Map<string, Said>()
  const say = (name: string, said: Said): unknown => metrics.set(name, { ...metrics.get(name), ...said })
  for (const text of margin) say(...named(text, '--margin', (value) => ({ margin: readMargin(value) })))
  for (const text of direction) say(...named(text, '--direction', (value) => ({ direction: readDirection(value) })))
  for (const text of scale) say(...named(text, '--scale', (value) => ({ scale: readScale(value) })))
  for (const name of primary) say(name, { primary: true })
  for (const name of secondary) {
    if (primary.includes(name)) throw new CommandFailure('usage', `${name} is given as --primary and as --secondary.`)
    say(name, { primary: false })
  }
  return {
    mode: 'prospective',
    metrics: [...metrics].map(([name, said]) => ({ name, ...said })),
    criticalSlices: [...criticalSlice],
  }
}

/** `metric=value`; the metric's name may itself hold an equals sign. */
function named(text: string, option: string, read: (value: string) => Said): [string, Said] {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new CommandFailure('usage', `${option} takes METRIC=VALUE, not ${text}.`)
  return [text.slice(0, at), read(text.slice(at + 1))]
}

function readMargin(text: string): number {
  const margin = Number(text)
  if (text.trim() !== '' && margin > 0 && Number.isFinite(margin)) return margin
  throw new CommandFailure('usage', '--margin takes METRIC=NUMBER above 0, like pass=0.02.')
}

function readDirection(text: string): 'up' | 'down' {
  if (text === 'up' || text === 'down') return text
  throw new CommandFailure('usage', '--direction takes METRIC=up or METRIC=down, like toxicity=down.')
}

function readScale(text: string): Scale {
  const [, lower, upper] = /^(-?[\d.]+(?:e[+-]?\d+)?)\.\.(-?[\d.]+(?:e[+-]?\d+)?)$/i.exec(text) ?? []
  const scale = { lower: Number(lower), upper: Number(upper) }
  if (Number.isFinite(scale.lower) && Number.isFinite(scale.upper) && scale.lower < scale.upper) return scale
  throw new CommandFailure('usage', '--scale takes METRIC=LOWER..UPPER, like rating=1..5.')
}
