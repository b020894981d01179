import type { ConditionCheck } from '@afterai/contract'
import type { Figure } from '../capture/index.ts'

/** A condition as people read it: `error_rate <= 0.02 over 24 h`. It is what findings name it by. */
export function conditionText({ metric, comparison, bound, of, windowHours }: ConditionCheck): string {
  const limit = of === 'before' ? `${bound} x before` : String(bound)
  return `${metric} ${comparison === 'at_most' ? '<=' : '>='} ${limit} over ${windowHours} h`
}

/**
 * What a window says of a condition: why it is broken, in words; undefined while it holds, or nothing can be said.
 * @param before the same figure before the change ran, for a bound that is a factor of it
 */
export function breachOf(check: ConditionCheck, now: Figure, before: Figure | undefined): string | undefined {
  if (now.value === null || now.calls < check.minCalls) return undefined
  const limit = limitOf(check, before)
  if (limit === undefined) return undefined
  const isBroken = check.comparison === 'at_most' ? now.value > limit : now.value < limit
  return isBroken ? `${conditionText(check)}: it was ${rounded(now.value)} over ${now.calls} calls` : undefined
}

function limitOf({ of, bound, minCalls }: ConditionCheck, before: Figure | undefined): number | undefined {
  if (of === 'value') return bound
  if (before === undefined || before.value === null || before.calls < minCalls) return undefined
  return before.value * bound
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)))
}
