import type { DeltaItem, EnvelopeClause, EnvelopeTerms } from '@afterai/contract'

/** A change that may be standard. */
export interface StandardCandidate {
  readonly environment: string
  readonly delta: readonly DeltaItem[]
  /** Whether an assessment of it found no loss; null where there is none. */
  readonly isNotWorse: boolean | null
}

/** Inside, or the clause that fails, in words. */
export type EnvelopeVerdict = { readonly inside: true } | { readonly inside: false; readonly failing: string }

/** Whether a change lies inside an envelope at an instant: each of its differences, in a named environment, in time, on the evidence. */
export function envelopeVerdict(terms: EnvelopeTerms, change: StandardCandidate, at: Date): EnvelopeVerdict {
  const failing = failingClause(terms, change, at)
  return failing === undefined ? { inside: true } : { inside: false, failing }
}

function failingClause(terms: EnvelopeTerms, change: StandardCandidate, at: Date): string | undefined {
  if (at.getTime() >= Date.parse(terms.until)) return `until: it held until ${terms.until}`
  if (!terms.environments.includes(change.environment)) return `environments: ${change.environment} is none of them`
  if (change.delta.length === 0) return 'clauses: nothing differs that it could be about'
  for (const item of change.delta) {
    const clauses = terms.clauses.filter(({ path }) => item.path === path || item.path.startsWith(`${path}/`))
    if (clauses.length === 0) return `clauses: none is about ${item.path}`
    if (!clauses.some((clause) => allows(clause, item.after)))
      return `clauses: ${item.path} may not be ${shown(item.after)}`
  }
  if (terms.evidence === 'not_worse' && change.isNotWorse !== true) {
    return change.isNotWorse === null
      ? 'evidence: it is not assessed'
      : 'evidence: an assessment of it finds a loss, or can’t tell'
  }
  return undefined
}

function allows({ oneOf, min, max }: EnvelopeClause, value: DeltaItem['after']): boolean {
  if (oneOf !== undefined) return value !== null && oneOf.includes(value)
  if (min === undefined && max === undefined) return true
  return typeof value === 'number' && value >= (min ?? -Infinity) && value <= (max ?? Infinity)
}

function shown(value: DeltaItem['after']): string {
  return value === null ? 'left out' : String(value)
}
