import type { CloseCode, Life, LifeStep, PolicyRule } from '@afterai/contract'
import { type PlanState, stepBeforeDecision } from './plan-state.ts'

/** That something happened, when and by whom. */
export interface Happened {
  readonly at: Date
  readonly by: string | null
  readonly note?: string | null
}

/** What is known of the life of a change. */
export interface LifeFacts {
  readonly changeId: string
  readonly system: string
  readonly environment: string
  readonly status: 'pending' | 'confirmed' | 'dismissed'
  readonly isPlan: boolean
  readonly hasConfiguration: boolean
  /** Whether a run tells since when and until when it runs; else somebody says so. */
  readonly hasRun: boolean
  readonly recorded: Happened
  readonly tested: Happened | null
  readonly assessed: Happened | null
  readonly approved: (Happened & { readonly recordId: string; readonly decision: 'act' | 'not_act' }) | null
  readonly openDecisionId: string | null
  readonly implemented: Happened | null
  readonly revision: string | null
  readonly endedAt: Date | null
  readonly rolledBack: { readonly at: Date; readonly changeId: string | null } | null
  readonly reverses: string | null
  readonly verified: (Happened & { readonly outcome: 'verified' | 'failed' }) | null
  readonly closed: (Happened & { readonly code: CloseCode }) | null
  readonly asDecided: boolean | null
  /** Whether what it was to begin from doesn't run any more. */
  readonly isSuperseded: boolean
  /** Why its own record lets it run no more, in a sentence; null where it does, or there is none. */
  readonly heldBack: string | null
  readonly planState: PlanState
  /** The rule that a decision on it would be taken under now. */
  readonly rule: Pick<PolicyRule, 'assessment'>
}

/** Where a change stands, and what it waits for: the same words in the API, the command line and the console. */
export function lifeOf(facts: LifeFacts): Life {
  const { approved, rolledBack, closed } = facts
  const awaited = awaitedOf(facts)
  return {
    changeId: facts.changeId,
    stage: stageOf(facts),
    decision: approved?.decision ?? (facts.openDecisionId === null ? 'undecided' : 'proposed'),
    running: runningOf(facts),
    waitsFor: awaited?.waitsFor ?? null,
    next: awaited?.next ?? null,
    steps: stepsOf(facts),
    recordId: approved?.recordId ?? null,
    revision: facts.revision,
    endedAt: facts.endedAt?.toISOString() ?? null,
    rolledBackAt: rolledBack?.at.toISOString() ?? null,
    rolledBackBy: rolledBack?.changeId ?? null,
    reverses: facts.reverses,
    asDecided: facts.asDecided,
    verification: facts.verified?.outcome ?? null,
    superseded: isStale(facts),
    closeCode: closed?.code ?? null,
  }
}

function stageOf({ closed, verified, implemented, approved, assessed }: LifeFacts): Life['stage'] {
  if (closed !== null) return 'closed'
  if (verified !== null) return 'reviewed'
  if (implemented !== null) return 'running'
  if (approved !== null) return 'decided'
  return assessed === null ? 'planned' : 'assessed'
}

function runningOf({ implemented, rolledBack, endedAt }: LifeFacts): Life['running'] {
  if (implemented === null) return 'not_yet'
  if (rolledBack !== null) return 'rolled_back'
  return endedAt === null ? 'runs' : 'ended'
}

function isStale({ isSuperseded, isPlan, implemented, closed, status }: LifeFacts): boolean {
  return isSuperseded && isPlan && implemented === null && closed === null && status !== 'dismissed'
}

/** What a change waits for: the work, in a word, in a sentence, and as a command. */
export interface Awaited {
  readonly work:
    | 'confirm'
    | 'look_again'
    | 'approve'
    | 'plan'
    | 'assess'
    | 'decide'
    | 'deploy'
    | 'verify'
    | 'end'
    | 'close'
  readonly waitsFor: string
  readonly next: string
}

/** What has to happen next with a change; null: nothing. */
export function awaitedOf(facts: LifeFacts): Awaited | null {
  const { changeId: id, status, approved, closed } = facts
  if (closed !== null || status === 'dismissed') return null
  if (status === 'pending') {
    return { work: 'confirm', waitsFor: 'somebody who says that it is real', next: `afterai ace confirm ${id}` }
  }
  if (isStale(facts) && approved === null) {
    const next = `afterai ace dismiss ${id} --reason "It begins from what ran before."`
    return { work: 'look_again', waitsFor: freshLook, next }
  }
  if (approved === null) return undecided(facts)
  return approved.decision === 'act' ? decided(facts) : refused(facts)
}

const freshLook = 'a fresh look: what it begins from does not run any more'

function undecided({ changeId: id, openDecisionId, assessed, planState, rule }: LifeFacts): Awaited {
  if (openDecisionId !== null) {
    return { work: 'approve', waitsFor: 'an approver', next: `afterai approve ${openDecisionId}` }
  }
  if (rule.assessment === 'planned' && planState !== 'followed') {
    const next = stepBeforeDecision(id, rule, planState)
    return planState === 'none'
      ? { work: 'plan', waitsFor: 'a plan, sealed before its results', next }
      : { work: 'assess', waitsFor: 'an assessment that follows its plan', next }
  }
  if (assessed === null) {
    const waitsFor = rule.assessment === 'needed' ? 'an assessment' : 'an assessment, or a decision without one'
    return { work: 'assess', waitsFor, next: `afterai assess ${id} --baseline BEFORE --candidate AFTER` }
  }
  return { work: 'decide', waitsFor: 'a decision', next: `afterai decide ${id}` }
}

function decided(facts: LifeFacts): Awaited {
  const { changeId: id, implemented, verified, hasConfiguration, system, environment } = facts
  if (implemented === null) {
    const why = facts.heldBack === null ? undefined : `another decision: ${facts.heldBack}`
    const waitsFor = why ?? (isStale(facts) ? freshLook : undefined)
    if (waitsFor !== undefined) return { work: 'look_again', waitsFor, next: `afterai decide ${id}` }
    const next = hasConfiguration
      ? `afterai observe --system ${system} --environment ${environment} --from afterai.yaml`
      : `afterai ace implemented ${id}`
    return { work: 'deploy', waitsFor: 'its deployment', next }
  }
  if (facts.rolledBack !== null) {
    const next = `afterai ace close ${id} --code unsuccessful`
    return { work: 'close', waitsFor: 'to be closed: it was rolled back', next }
  }
  if (verified === null) {
    return { work: 'verify', waitsFor: 'somebody who verifies it', next: `afterai ace verify ${id} --evidence "..."` }
  }
  if (verified.outcome === 'failed') {
    const waitsFor = 'to be decided again, or rolled back and closed: it does not do what it was decided for'
    return { work: 'close', waitsFor, next: `afterai decide ${id}` }
  }
  return { work: 'close', waitsFor: 'to be closed', next: `afterai ace close ${id} --code successful` }
}

function refused({ changeId: id, implemented, endedAt, system, environment, hasRun }: LifeFacts): Awaited {
  if (implemented === null) {
    const next = `afterai ace close ${id} --code cancelled`
    return { work: 'close', waitsFor: 'to be closed: it must not run', next }
  }
  if (endedAt === null) {
    const next = hasRun ? `afterai history ${system} --environment ${environment}` : `afterai ace ended ${id}`
    return { work: 'end', waitsFor: 'to be rolled back: it runs against the decision', next }
  }
  const next = `afterai ace close ${id} --code unsuccessful`
  return { work: 'close', waitsFor: 'to be closed: it ran against the decision', next }
}

function stepsOf(facts: LifeFacts): Life['steps'] {
  const { closed } = facts
  const happened: Readonly<Record<LifeStep, Happened | null>> = {
    recorded: facts.recorded,
    tested: facts.tested,
    assessed: facts.assessed,
    approved: facts.approved,
    implemented: facts.implemented,
    verified: facts.verified,
    closed: closed === null ? null : { ...closed, note: closed.code },
  }
  return Object.entries(happened).map(([step, it]) => ({
    step: step as LifeStep,
    at: it?.at.toISOString() ?? null,
    by: it?.by ?? null,
    note: it?.note ?? null,
  }))
}
