import type { Assessment } from '@afterai/client'

/** Whether its margins were fixed before its results, in a sentence. */
export function planWords(plan: Assessment['underPlan']): string {
  if (plan === null) return 'Whether its margins were fixed before its results isn’t known: an earlier release made it.'
  if (plan.basis === 'given_with_results')
    return 'Its margins came together with its results: no plan was sealed before.'
  const sealed =
    plan.basis === 'sealed_before_results'
      ? 'Its plan was sealed before its results'
      : 'Its plan was sealed when there were results already'
  const attempts = plan.attempts.count > 1 ? ` ${plan.attempts.count} attempts were made under it.` : ''
  return `${sealed}${plan.follows ? ', and it follows the plan.' : '; it doesn’t follow the plan.'}${attempts}`
}
