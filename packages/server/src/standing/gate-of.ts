import type { Gate, PolicyRule } from '@afterai/contract'
import { type PlanState, stepBeforeDecision } from './plan-state.ts'
import type { Emergency, Ruling } from './standing-of.ts'

/** What the gate knows of a configuration that is to be deployed. */
export interface GateFacts {
  readonly ruling: Ruling | null
  /** The change whose record rules on it, or that plans it; null where there is none. */
  readonly change: {
    readonly id: string
    readonly status: 'pending' | 'confirmed' | 'dismissed'
    readonly openDecisionId: string | null
    /** What it was to begin from. */
    readonly before: string | null
    readonly hasRun: boolean
    readonly plan: PlanState
  } | null
  /** What runs now; null where nothing was seen yet. */
  readonly running: string | null
  readonly isRunning: boolean
  readonly rule: Pick<PolicyRule, 'decision' | 'withinHours' | 'assessment'>
  /** That the change that plans it is an emergency. */
  readonly emergency: Emergency | null
  /** The envelope of standard changes that it would lie in; why in none, where there are some. */
  readonly envelope: { readonly id: string } | { readonly failing: string } | null
}

/** The gate's answer, and what follows from it. */
export type GateVerdict = Pick<Gate, 'open' | 'answer' | 'reason' | 'needs'> & { readonly validUntil: Date | null }

const dayMs = 86_400_000

/**
 * Whether a configuration may be deployed: only one that a sealed decision covers, which holds, has not expired and still begins from what
 * runs; that somebody accepted as it runs; or for which the policy asks for no decision.
 */
export function gateOf(facts: GateFacts, at: Date): GateVerdict {
  const { ruling, rule } = facts
  if (ruling !== null) return ruling.is === 'accepted' ? accepted() : ruled(facts, ruling, at)
  if (facts.emergency !== null && at < facts.emergency.due) return inEmergency(facts.emergency)
  if (facts.envelope !== null && 'id' in facts.envelope) {
    const reason = `it is a standard change inside envelope ${facts.envelope.id}`
    return { open: true, answer: 'standard', reason, needs: null, validUntil: null }
  }
  if (rule.decision === 'never') {
    return {
      open: true,
      answer: 'exempt',
      reason: 'the policy asks for no decision on this',
      needs: null,
      validUntil: null,
    }
  }
  const needs = nextStep(facts)
  const outside =
    facts.envelope !== null && 'failing' in facts.envelope ? `; no standard change: ${facts.envelope.failing}` : ''
  if (rule.decision === 'after') {
    const reason = `nothing decided covers it; the policy lets it be decided within ${rule.withinHours} hours after it runs${outside}`
    return shut('after_the_fact', reason, needs)
  }
  const basis = rule.assessment === 'planned' ? ', by a plan sealed before its results' : ''
  const reason = `nothing decided covers it, and the policy wants a decision before it runs${basis}${outside}`
  return shut('undecided', reason, needs)
}

function inEmergency({ by, reason, due }: Emergency): GateVerdict {
  const told = `${by} declared an emergency: ${reason}; it is to be decided by ${due.toISOString()}`
  return { open: true, answer: 'emergency', reason: told, needs: null, validUntil: due }
}

function accepted(): GateVerdict {
  return {
    open: true,
    answer: 'accepted_baseline',
    reason: 'it was accepted as it runs',
    needs: null,
    validUntil: null,
  }
}

function ruled(facts: GateFacts, ruling: Extract<Ruling, { is: 'record' }>, at: Date): GateVerdict {
  const needs = facts.change === null ? null : `afterai decide ${facts.change.id}`
  if (ruling.decision === 'not_act') return shut('contrary', 'a record says that it must not run', needs)
  if (ruling.broken !== null) return shut('review_due', `a condition of its record is broken: ${ruling.broken}`, needs)
  const review = ruling.reviewBy === null ? null : new Date(Date.parse(`${ruling.reviewBy}T00:00:00Z`) + dayMs)
  if (review !== null && at >= review) {
    return shut('review_due', `its record was to be reviewed by ${ruling.reviewBy ?? ''}`, needs)
  }
  if (ruling.validUntil !== null && at >= ruling.validUntil) {
    return shut('expired', `its approval held until ${ruling.validUntil.toISOString()}`, needs)
  }
  if (ruling.hasNewEvidence) {
    return shut('stale', 'its change was assessed again after its record was sealed: decide on what that found', needs)
  }
  if (isStale(facts)) {
    return shut(
      'stale',
      'it was decided for a change from something that does not run any more: look at it again',
      needs,
    )
  }
  const ends = [review, ruling.validUntil].filter((it) => it !== null).toSorted((a, b) => a.getTime() - b.getTime())
  return {
    open: true,
    answer: 'covered',
    reason: 'a record says that it may run',
    needs: null,
    validUntil: ends[0] ?? null,
  }
}

/** A plan that never ran, and that was decided for a change from something else than what runs. */
function isStale({ change, running, isRunning }: GateFacts): boolean {
  return change !== null && !change.hasRun && !isRunning && running !== null && change.before !== running
}

function nextStep({ change, rule }: GateFacts): string {
  if (change === null || change.status === 'dismissed') return 'afterai ace create --after FILE'
  if (change.openDecisionId !== null) return `afterai approve ${change.openDecisionId}`
  return change.status === 'pending'
    ? `afterai ace confirm ${change.id}`
    : stepBeforeDecision(change.id, rule, change.plan)
}

function shut(answer: GateVerdict['answer'], reason: string, needs: string | null): GateVerdict {
  return { open: false, answer, reason, needs, validUntil: null }
}
