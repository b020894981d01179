import type { Gate, PolicyRule } from '@afterai/contract'
import { endOf, heldBack, type HeldBack, type Ruling } from './ruling.ts'
import { type PlanState, stepBeforeDecision } from './plan-state.ts'
import type { Emergency } from './standing-of.ts'

/** What the gate knows of a configuration that is to be deployed. */
export interface GateFacts {
  readonly ruling: Ruling | null
  /** The change whose record rules on it, or that plans it; null where there is none. */
  readonly change: {
    readonly id: string
    readonly status: 'pending' | 'confirmed' | 'dismissed'
    readonly openDecisionId: string | null
    readonly plan: PlanState
  } | null
  /** A plan that never ran, and that was decided for a change from something else than what runs. */
  readonly startsElsewhere: boolean
  readonly rule: Pick<PolicyRule, 'decision' | 'withinHours' | 'assessment'>
  /** That the change that plans it is an emergency. */
  readonly emergency: Emergency | null
  /** The envelope of standard changes that it would lie in; why in none, where there are some. */
  readonly envelope: { readonly id: string } | { readonly failing: string } | null
}

/** The gate's answer, and what follows from it. */
export type GateVerdict = Pick<Gate, 'open' | 'answer' | 'cause' | 'reason' | 'needs'> & {
  /** Since when it is shut for that. */
  readonly since: Date | null
  readonly validUntil: Date | null
}

/**
 * Whether a configuration may be deployed: only one that a sealed decision covers, which holds, has not expired and still begins from what
 * runs; that somebody accepted as it runs; or for which the policy asks for no decision.
 */
export function gateOf(facts: GateFacts, at: Date): GateVerdict {
  const { ruling, rule } = facts
  if (ruling?.is === 'accepted') return open('accepted_baseline', 'accepted', 'it was accepted as it runs')
  if (ruling !== null) return ruled(facts, ruling, at)
  if (facts.emergency !== null && at < facts.emergency.due) return inEmergency(facts.emergency)
  if (facts.envelope !== null && 'id' in facts.envelope) {
    return open('standard', 'standard', `it is a standard change inside envelope ${facts.envelope.id}`)
  }
  if (rule.decision === 'never') return open('exempt', 'not_needed', 'the policy asks for no decision on this')
  const needs = nextStep(facts)
  const outside =
    facts.envelope !== null && 'failing' in facts.envelope ? `; no standard change: ${facts.envelope.failing}` : ''
  if (rule.decision === 'after') {
    const reason = `nothing decided covers it; the policy lets it be decided within ${rule.withinHours} hours after it runs${outside}`
    return shut('after_the_fact', { cause: 'undecided', reason }, needs)
  }
  const basis = rule.assessment === 'planned' ? ', by a plan sealed before its results' : ''
  const reason = `nothing decided covers it, and the policy wants a decision before it runs${basis}${outside}`
  return shut('undecided', { cause: 'undecided', reason }, needs)
}

function inEmergency({ by, reason, due }: Emergency): GateVerdict {
  const told = `${by} declared an emergency: ${reason}; it is to be decided by ${due.toISOString()}`
  return open('emergency', 'emergency', told, due)
}

function ruled(facts: GateFacts, ruling: Extract<Ruling, { is: 'record' }>, at: Date): GateVerdict {
  const needs = facts.change === null ? null : `afterai decide ${facts.change.id}`
  const held = heldBack(ruling, at)
  if (held !== null) return shut(answerFor[held.cause], held, needs)
  if (facts.startsElsewhere) {
    const reason = 'it was decided for a change from something that does not run any more: look at it again'
    return shut('stale', { cause: 'starts_elsewhere', reason }, needs)
  }
  return open('covered', 'recorded', 'a record says that it may run', endOf(ruling))
}

const answerFor = {
  refused: 'contrary',
  condition_broken: 'review_due',
  review_passed: 'review_due',
  approval_ended: 'expired',
  assessed_again: 'stale',
} as const satisfies Record<HeldBack['cause'], Gate['answer']>

function nextStep({ change, rule }: GateFacts): string {
  if (change === null || change.status === 'dismissed') return 'afterai ace create --after FILE'
  if (change.openDecisionId !== null) return `afterai approve ${change.openDecisionId}`
  return change.status === 'pending'
    ? `afterai ace confirm ${change.id}`
    : stepBeforeDecision(change.id, rule, change.plan)
}

function open(
  answer: GateVerdict['answer'],
  cause: GateVerdict['cause'],
  reason: string,
  validUntil: Date | null = null,
): GateVerdict {
  return { open: true, answer, cause, reason, since: null, needs: null, validUntil }
}

function shut(
  answer: GateVerdict['answer'],
  { cause, reason, since = null }: Pick<GateVerdict, 'cause' | 'reason'> & { readonly since?: Date | null },
  needs: string | null,
): GateVerdict {
  return { open: false, answer, cause, reason, since, needs, validUntil: null }
}
