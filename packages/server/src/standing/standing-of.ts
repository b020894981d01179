import type { DeltaItem, PolicyRule, Standing } from '@afterai/contract'
import { endOf, heldBack, type HeldBack, type Ruling } from './ruling.ts'
import { type PlanState, stepBeforeDecision } from './plan-state.ts'

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
export type Verdict = Pick<Standing, 'standing' | 'cause' | 'reason' | 'needs'> & { readonly due: Date | null }

const hourMs = 3_600_000

/** Whether what runs may run, at an instant. What ruled last on its configuration holds; without a ruling, the policy's time does. */
export function standingOf(facts: RunFacts, at: Date): Verdict {
  const { ruling, plan, rule } = facts
  if (ruling !== null) return ruled(facts, ruling, at)
  if (facts.emergency !== null) return inEmergency(facts, facts.emergency, at)
  if (facts.envelopeId !== null)
    return plain('authorised', 'standard', `it is a standard change inside envelope ${facts.envelopeId}`)
  if (rule.decision === 'never') {
    return plain('exempt', 'not_needed', 'the policy asks for no decision on a change like this')
  }
  if (plan !== null) return deviating(facts, plan)
  const due = dueOf(facts)
  const needs = nextStep(facts)
  if (rule.decision === 'before') {
    const reason = 'it runs, and had to be decided before it ran'
    return { standing: 'overdue', cause: 'undecided', reason, needs, due }
  }
  return at < due
    ? { standing: 'awaiting', cause: 'undecided', reason: 'it runs, and is not decided yet', needs, due }
    : { standing: 'overdue', cause: 'undecided', reason: 'it runs, and was not decided in time', needs, due }
}

function inEmergency(facts: RunFacts, { by, reason, due }: Emergency, at: Date): Verdict {
  const told = `it runs as an emergency that ${by} declared (${reason})`
  const common = { cause: 'emergency', needs: nextStep(facts), due } as const
  return at < due
    ? { standing: 'awaiting', reason: `${told}, and is to be decided`, ...common }
    : { standing: 'overdue', reason: `${told}, and was not decided in time`, ...common }
}

function ruled(facts: RunFacts, ruling: Ruling, at: Date): Verdict {
  if (ruling.is === 'accepted') {
    const reason = ruling.by === null ? 'it ran when AfterAI began to ask' : `${ruling.by} accepted it as it runs`
    return plain('accepted_baseline', 'accepted', reason)
  }
  const held = heldBack(ruling, at)
  if (held === null) {
    const reason = 'a record says that it may run'
    return { standing: 'authorised', cause: 'recorded', reason, needs: null, due: endOf(ruling) }
  }
  const { cause, reason, since } = held
  const isDue = cause === 'review_passed' || cause === 'approval_ended'
  return {
    standing: standingFor[cause],
    cause,
    reason,
    needs: cause === 'refused' ? goBack(facts) : nextDecision(facts),
    due: isDue ? since : null,
  }
}

const standingFor = {
  refused: 'contrary',
  condition_broken: 'condition_broken',
  review_passed: 'review_due',
  approval_ended: 'review_due',
  assessed_again: 'review_due',
} as const satisfies Record<HeldBack['cause'], Standing['standing']>

function deviating(facts: RunFacts, { changeId, deviation }: NonNullable<RunFacts['plan']>): Verdict {
  const paths = deviation.map(({ path }) => path.slice(1))
  const shown = paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ')
  const reason = `it differs from what was decided for change ${changeId}: ${shown}`
  return { standing: 'deviating', cause: 'deviates', reason, needs: nextStep(facts), due: null }
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

function plain(standing: Verdict['standing'], cause: Verdict['cause'], reason: string): Verdict {
  return { standing, cause, reason, needs: null, due: null }
}
