import type { DeltaItem, PolicyRule, Standing } from '@afterai/contract'
import { type PlanState, stepBeforeDecision } from './plan-state.ts'

/** What ruled last on a configuration: a sealed record, or a person who accepted it as it ran. */
export type Ruling =
  | {
      readonly is: 'record'
      readonly recordId: string
      readonly decision: 'act' | 'not_act'
      readonly sealedAt: Date
      /** The day at whose end it must be looked at again. */
      readonly reviewBy: string | null
      /** Until when the approval holds; null: without an end. */
      readonly validUntil: Date | null
      /** A condition of it that is broken, in words. */
      readonly broken: string | null
      /** Whether its change was assessed again since: nobody decided on that. */
      readonly hasNewEvidence: boolean
    }
  | { readonly is: 'accepted'; readonly acceptedAt: Date; readonly by: string | null }

/** What is known of a run, at an instant. */
export interface RunFacts {
  readonly system: string
  readonly environment: string
  /** Whether it runs by its change alone: no run tells when it ends. */
  readonly isAlone: boolean
  readonly startedAt: Date
  /** When AfterAI learnt of it. */
  readonly knownAt: Date
  readonly change: {
    readonly id: string
    readonly status: 'pending' | 'confirmed' | 'dismissed'
    readonly openedAt: Date
    readonly openDecisionId: string | null
    readonly planState: PlanState
  } | null
  readonly ruling: Ruling | null
  /** A decided plan that didn't run, and of which this is a variant. */
  readonly plan: {
    readonly changeId: string
    readonly recordId: string
    readonly deviation: readonly DeltaItem[]
  } | null
  readonly rule: Pick<PolicyRule, 'decision' | 'withinHours' | 'assessment'>
  /** That it had to run before it could be decided, as somebody declared. */
  readonly emergency: Emergency | null
  /** The envelope of standard changes that it lies in. */
  readonly envelopeId: string | null
}

/** A declared emergency: by whom, and until when it is to be decided. */
export interface Emergency {
  readonly by: string
  readonly reason: string
  readonly due: Date
}

/** A standing, and what follows from it. */
export type Verdict = Pick<Standing, 'standing' | 'reason' | 'needs'> & { readonly due: Date | null }

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Whether what runs may run, at an instant. What ruled last on its configuration holds; without a ruling, the policy's time does. */
export function standingOf(facts: RunFacts, at: Date): Verdict {
  const { ruling, plan, rule } = facts
  if (ruling !== null) return ruled(facts, ruling, at)
  if (facts.emergency !== null) return inEmergency(facts, facts.emergency, at)
  if (facts.envelopeId !== null)
    return plain('authorised', `it is a standard change inside envelope ${facts.envelopeId}`)
  if (rule.decision === 'never') return plain('exempt', 'the policy asks for no decision on a change like this')
  if (plan !== null) return deviating(facts, plan)
  const due = dueOf(facts)
  const needs = nextStep(facts)
  if (rule.decision === 'before') {
    return { standing: 'overdue', reason: 'it runs, and had to be decided before it ran', needs, due }
  }
  return at < due
    ? { standing: 'awaiting', reason: 'it runs, and is not decided yet', needs, due }
    : { standing: 'overdue', reason: 'it runs, and was not decided in time', needs, due }
}

function inEmergency(facts: RunFacts, { by, reason, due }: Emergency, at: Date): Verdict {
  const told = `an emergency that ${by} declared (${reason})`
  const needs = nextStep(facts)
  return at < due
    ? { standing: 'awaiting', reason: `it runs as ${told}, and is to be decided`, needs, due }
    : { standing: 'overdue', reason: `it runs as ${told}, and was not decided in time`, needs, due }
}

function ruled(facts: RunFacts, ruling: Ruling, at: Date): Verdict {
  if (ruling.is === 'accepted') {
    const reason = ruling.by === null ? 'it ran when AfterAI began to ask' : `${ruling.by} accepted it as it runs`
    return plain('accepted_baseline', reason)
  }
  const needs = nextDecision(facts)
  if (ruling.decision === 'not_act') {
    return { standing: 'contrary', reason: 'a record says that it must not run', needs: goBack(facts), due: null }
  }
  if (ruling.broken !== null) {
    return {
      standing: 'condition_broken',
      reason: `a condition of its record is broken: ${ruling.broken}`,
      needs,
      due: null,
    }
  }
  const review = ruling.reviewBy === null ? null : new Date(Date.parse(`${ruling.reviewBy}T00:00:00Z`) + dayMs)
  if (review !== null && at >= review) {
    return { standing: 'review_due', reason: `its record was to be reviewed by ${ruling.reviewBy}`, needs, due: review }
  }
  if (ruling.validUntil !== null && at >= ruling.validUntil) {
    const reason = `its approval held until ${ruling.validUntil.toISOString()}`
    return { standing: 'review_due', reason, needs, due: ruling.validUntil }
  }
  if (ruling.hasNewEvidence) {
    return {
      standing: 'review_due',
      reason: 'its change was assessed again after its record was sealed',
      needs,
      due: null,
    }
  }
  const ends = [review, ruling.validUntil].filter((it) => it !== null).toSorted((a, b) => a.getTime() - b.getTime())
  return { standing: 'authorised', reason: 'a record says that it may run', needs: null, due: ends[0] ?? null }
}

function deviating(facts: RunFacts, { changeId, deviation }: NonNullable<RunFacts['plan']>): Verdict {
  const paths = deviation.map(({ path }) => path.slice(1))
  const shown = paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ')
  const reason = `it differs from what was decided for change ${changeId}: ${shown}`
  return { standing: 'deviating', reason, needs: nextStep(facts), due: null }
}

function dueOf({ startedAt, knownAt, change, rule }: RunFacts): Date {
  return decideBy({ startedAt, knownAt, openedAt: change?.openedAt ?? startedAt }, rule)
}

/** By when what runs must be decided: counted from when it ran, was known and was told as a change, whichever came last. */
export function decideBy(
  when: { readonly startedAt: Date; readonly knownAt: Date; readonly openedAt: Date },
  rule: Pick<PolicyRule, 'decision' | 'withinHours'>,
): Date {
  const since = Math.max(when.startedAt.getTime(), when.knownAt.getTime(), when.openedAt.getTime())
  return new Date(rule.decision === 'before' ? since : since + rule.withinHours * hourMs)
}

function nextStep(facts: RunFacts): string {
  const { change, system, environment, rule } = facts
  if (change === null || change.status === 'dismissed') return `afterai accept ${system} --environment ${environment}`
  if (change.openDecisionId !== null) return `afterai approve ${change.openDecisionId}`
  return change.status === 'pending'
    ? `afterai ace confirm ${change.id}`
    : stepBeforeDecision(change.id, rule, change.planState)
}

function nextDecision({ change, ...facts }: RunFacts): string {
  return change === null ? nextStep({ change, ...facts }) : `afterai decide ${change.id}`
}

function goBack({ system, environment, change, isAlone }: RunFacts): string {
  if (isAlone && change !== null) return `afterai ace ended ${change.id}`
  return `afterai history ${system} --environment ${environment}`
}

function plain(standing: Verdict['standing'], reason: string): Verdict {
  return { standing, reason, needs: null, due: null }
}
