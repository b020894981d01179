import type { EvaluationPlanFacts, PlanAttempt, PlanAttempts, PlanFindingCode, UnderPlan } from '@afterai/contract'
import type { AssessmentPlan } from '@afterai/evidence'
import { planDifferences } from './plan-differences.ts'

/** An imported evaluation, as far as it tells whether a plan came before it. */
export interface PlannedRun {
  readonly id: string
  readonly label: string | null
  readonly systemId: string | null
  readonly importedAt: Date
  readonly ranAt: Date | null
  readonly caseDigest: string | null
  /** Which of the cases of the change's plans it has. */
  readonly cases: PlanAttempt['cases']
  /** How many different ones. */
  readonly caseCount: number
  /** The first import of the same file before this one, whatever of it was read; null: this is the first. */
  readonly sameFile: EarlierRun | null
  /** The first import before this one whose numbers are all the same. */
  readonly sameNumbers: EarlierRun | null
  /** Whether its numbers are such that no two runs share them: latencies. */
  readonly isUnmistakable: boolean
  /** Assessments that were made of it as the candidate. */
  readonly verdicts: PlanAttempt['verdicts']
}

/** An evaluation that was imported earlier. */
export interface EarlierRun {
  readonly id: string
  readonly importedAt: Date
}

/** What tells when a run's results came. */
type Arrival = Pick<PlannedRun, 'importedAt' | 'sameFile' | 'sameNumbers' | 'isUnmistakable'>

/** An attempt, and whether it is one with an earlier import of the same file. */
export type KnownAttempt = PlannedRun & { readonly isAgain: boolean }

/** Attempts under the plans of a change that are known: those that are listed, and how many there are. */
export interface KnownAttempts {
  readonly runs: readonly KnownAttempt[]
  readonly counts: Omit<PlanAttempts, 'items'>
}

/** An assessment that is about to be made, and what there is to hold it against. */
export interface PlannedAssessment {
  readonly systemId: string
  /** All plans of the change, the first sealed first. */
  readonly plans: readonly EvaluationPlanFacts[]
  readonly used: AssessmentPlan
  readonly baseline: PlannedRun
  readonly candidate: PlannedRun
  readonly attempts: KnownAttempts
}

type Finding = UnderPlan['findings'][number]

/**
 * How an assessment stands to the plans of its change. It is held against the plan that was in force when the candidate's results first
 * came, whatever was sealed since; where none was, against the newest.
 */
export function underPlan(assessment: PlannedAssessment): UnderPlan {
  const { plans, used, candidate } = assessment
  const plan = planFor(plans, candidate)
  const attempts = attemptsOf(assessment)
  if (plan === undefined) return withoutPlan(attempts)
  const basis = isSealedBefore(plan, candidate) ? 'sealed_before_results' : 'sealed_after_results'
  const differences = planDifferences(plan.terms.plan, used)
  const findings = [...brokenTerms(assessment, plan), ...otherRuns(assessment, plan, attempts)]
  const newest = plans.at(-1)
  return {
    basis,
    follows: basis === 'sealed_before_results' && differences.length === 0 && findings.every(({ breaks }) => !breaks),
    planId: plan.id,
    version: plan.version,
    planDigest: plan.digest,
    sealedAt: plan.sealedAt,
    supersededBy: newest === undefined || newest.id === plan.id ? null : newest.id,
    differences,
    findings,
    attempts,
  }
}

/** The plan that results belong to: the newest that was sealed before they came, or else the newest of all. */
export function planFor<T extends Pick<EvaluationPlanFacts, 'sealedAt'>>(
  plans: readonly T[],
  candidate: Arrival,
): T | undefined {
  return plans.findLast((plan) => isSealedBefore(plan, candidate)) ?? plans.at(-1)
}

/** The instant by which results were there: that of the first import of the same run, whatever it was called then. */
function firstImport({ importedAt, sameFile, sameNumbers, isUnmistakable }: Arrival): number {
  const earlier = [sameFile, isUnmistakable ? sameNumbers : null].filter((it) => it !== null)
  return Math.min(importedAt.getTime(), ...earlier.map((it) => it.importedAt.getTime()))
}

function isSealedBefore({ sealedAt }: Pick<EvaluationPlanFacts, 'sealedAt'>, run: Arrival): boolean {
  return Date.parse(sealedAt) < firstImport(run)
}

function withoutPlan(attempts: PlanAttempts): UnderPlan {
  return {
    basis: 'given_with_results',
    follows: false,
    planId: null,
    version: null,
    planDigest: null,
    sealedAt: null,
    supersededBy: null,
    differences: [],
    findings: [],
    attempts,
  }
}

function brokenTerms({ candidate, baseline, systemId }: PlannedAssessment, plan: EvaluationPlanFacts): Finding[] {
  const { datasets, minCases } = plan.terms
  const { sameFile, sameNumbers, ranAt, caseCount } = candidate
  const hasPlanned = (run: PlannedRun): boolean => run.caseDigest !== null && datasets.includes(run.caseDigest)
  const told: (Finding | undefined)[] = [
    ranAt !== null && ranAt.getTime() < Date.parse(plan.sealedAt)
      ? broken('run_before_plan', `its file says that it was run at ${ranAt.toISOString()}, before the plan was sealed`)
      : undefined,
    sameFile === null ? undefined : noted('imported_before', `its file was imported before: ${earlierText(sameFile)}`),
    sameNumbers === null || sameNumbers.id === sameFile?.id
      ? undefined
      : noted('same_results', `every number is as it was before: ${earlierText(sameNumbers)}`),
    candidate.systemId === systemId
      ? undefined
      : broken('other_system', 'the candidate was imported for another system, or for none'),
    hasPlanned(candidate) ? undefined : broken('other_cases', `the candidate has ${casesText(candidate)}`),
    hasPlanned(baseline) ? undefined : broken('other_cases_in_baseline', `the baseline has ${casesText(baseline)}`),
    caseCount < minCases
      ? broken('too_few_cases', `the candidate has ${caseCount} cases, and the plan wants ${minCases} at least`)
      : undefined,
  ]
  return told.filter((it) => it !== undefined)
}

function earlierText({ id, importedAt }: EarlierRun): string {
  return `at ${importedAt.toISOString()}, as ${id}`
}

function casesText({ cases }: PlannedRun): string {
  if (cases === 'unknown') return 'cases of which nothing was kept when it was imported'
  return cases === 'others' ? 'other cases than the plan names' : 'not exactly the cases that the plan names'
}

function otherRuns(
  { plans, candidate }: PlannedAssessment,
  plan: EvaluationPlanFacts,
  attempts: PlanAttempts,
): Finding[] {
  const others = attempts.items.filter(({ role, cases }) => role === 'other' && cases !== 'others')
  const assessed = others.filter(({ verdicts }) => verdicts.length > 0)
  const underThis = attempts.items.filter((it) => it.planId === plan.id && it.role !== 'baseline' && !it.isAgain).length
  // Of more than are listed it isn't known which plan each was under: then all count.
  const used = attempts.count > attempts.items.length ? attempts.count : underThis
  const later = plans.filter(({ sealedAt }) => Date.parse(sealedAt) >= firstImport(candidate))
  const peeked = plan.supersedes !== null && others.some(({ planId }) => planId !== plan.id && planId !== null)
  const told: (Finding | undefined)[] = [
    used > plan.terms.attempts
      ? broken('too_many_attempts', `there were ${used} attempts, and the plan is over after ${plan.terms.attempts}`)
      : undefined,
    assessed.length > 0
      ? noted('other_attempts', `assessed besides: ${assessed.slice(-5).map(attemptText).join('; ')}`)
      : undefined,
    attempts.notAssessed > 0
      ? noted('not_assessed', `${attempts.notAssessed} of the attempts were not assessed`)
      : undefined,
    later.length > 0 && plans.length > later.length
      ? noted('superseded_after_results', `another plan was sealed after these results came, at ${later[0]?.sealedAt}`)
      : undefined,
    peeked
      ? noted('superseded_after_results', 'this plan superseded another one under which there had been attempts')
      : undefined,
  ]
  return told.filter((it) => it !== undefined)
}

function attemptText({ evaluationId, verdicts }: PlanAttempt): string {
  return `${evaluationId} ${[...new Set(verdicts.map(({ verdict }) => verdict.replaceAll('_', ' ')))].join(', ')}`
}

/** The attempts as an assessment tells them, each with what it is there. */
function attemptsOf({ plans, baseline, candidate, attempts }: PlannedAssessment): PlanAttempts {
  const items = attempts.runs.map((run): PlanAttempt => {
    const role = run.id === candidate.id ? 'candidate' : run.id === baseline.id ? 'baseline' : 'other'
    return attemptOf(plans, run, role)
  })
  return { ...attempts.counts, items }
}

/** An attempt, and under which plan it came. */
export function attemptOf(
  plans: readonly EvaluationPlanFacts[],
  run: KnownAttempt,
  role: PlanAttempt['role'],
): PlanAttempt {
  return {
    evaluationId: run.id,
    label: run.label,
    importedAt: run.importedAt.toISOString(),
    ranAt: run.ranAt?.toISOString() ?? null,
    planId: plans.findLast(({ sealedAt }) => Date.parse(sealedAt) < run.importedAt.getTime())?.id ?? null,
    cases: run.cases,
    role,
    isAgain: run.isAgain,
    repeats: run.sameNumbers?.id ?? null,
    verdicts: run.verdicts,
  }
}

function broken(code: PlanFindingCode, text: string): Finding {
  return { code, breaks: true, text }
}

function noted(code: PlanFindingCode, text: string): Finding {
  return { code, breaks: false, text }
}
