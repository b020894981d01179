import { type AssessmentView, type EvaluationPlanFacts, ProblemError, type UnderPlan } from '@afterai/contract'
import { type Assessment, type AssessmentPlan, defaultPlan } from '@afterai/evidence'
import { digestOf } from '@afterai/record'
import { type CompiledQuery, type RawBuilder, type Selectable, sql } from 'kysely'
import { readChange, withDuplicates } from '../ace/index.ts'
import { type Audit, emailThen, nameThen } from '../audit/index.ts'
import { type Caller, type Principal, seesAddress } from '../access/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import { json, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { AssessJob } from './kept-runs.ts'
import { readRun } from './evaluation-service.ts'
import { readAttempts, readPlannedRuns } from './plans/attempts.ts'
import { holdChange, readPlans } from './plans/plan-service.ts'
import { planFor, type PlannedRun, underPlan } from './plans/under-plan.ts'

type Row = Selectable<Tables['assessment']>

/** An assessment (AURA) as it was made: what it binds to, and its result; without names of people, as records seal it. */
export interface AssessmentFacts {
  readonly id: string
  readonly changeId: string
  /** The change as the assessment saw it. */
  readonly changeDigest: string
  readonly baselineEvaluationId: string
  readonly candidateEvaluationId: string
  readonly plan: AssessmentPlan
  readonly assessment: Assessment
  /** How it stands to the plans of the change, as of when it was made; null in those of earlier releases. */
  readonly underPlan: UnderPlan | null
  readonly digest: string
  readonly authorId: string
  readonly createdAt: string
}

/** A request for an assessment: the change, its two evaluations, and what to hold the second to, where that isn't as the sealed plan has it. */
export interface AssessmentRequest {
  readonly changeId: string
  readonly baselineId: string
  readonly candidateId: string
  readonly plan?: AssessmentPlan | undefined
}

/** Two runs compared, with what the second was held to, and the digests of what was compared. */
export interface ComparedRuns {
  readonly result: Assessment
  readonly plan: AssessmentPlan
  readonly baselineDigest: string
  readonly candidateDigest: string
}

/**
 * Compares two imported evaluations, which never change once they are kept: outside any transaction, since it may take seconds.
 * @throws ProblemError `not_found`, `not_assessable`, `not_ready`
 */
export async function compareRuns(
  read: <T>(work: (tx: Transaction, tenantId: string) => Promise<T>) => Promise<T>,
  { assessRuns, keys }: { readonly assessRuns: (job: AssessJob) => Promise<Assessment>; readonly keys: TenantKeys },
  { changeId, baselineId, candidateId, plan: given }: AssessmentRequest,
): Promise<ComparedRuns> {
  const { plan, baseline, candidate, digestKey } = await read(async (tx, tenantId) => {
    // Whether its state allows it is asked where the answer is kept: a retry gets the answer that it got before.
    await readChange(tx, tenantId, changeId)
    return {
      plan: given ?? (await sealedTerms(tx, tenantId, { changeId, candidateId })) ?? defaultPlan,
      baseline: await readRun(tx, tenantId, baselineId),
      candidate: await readRun(tx, tenantId, candidateId),
      digestKey: (await keys.promptDigestKey(tx, tenantId)).key,
    }
  })
  const result = await assessRuns({ runs: [baseline.run, candidate.run], plan, digestKey })
  if (result.metrics.every(({ pairs }) => pairs === 0)) {
    const hint = result.warnings.find(({ code }) => code === 'ids_nearly_match')?.text
    const detail = 'the evaluations have no case of the same id with a metric in common'
    throw new ProblemError('not_assessable', { detail: hint === undefined ? detail : `${detail}: ${hint}` })
  }
  return { result, plan, baselineDigest: baseline.digest, candidateDigest: candidate.digest }
}

/** What the sealed plan that a candidate belongs to holds it to; undefined without one. */
async function sealedTerms(
  tx: Transaction,
  tenantId: string,
  { changeId, candidateId }: Pick<AssessmentRequest, 'changeId' | 'candidateId'>,
): Promise<AssessmentPlan | undefined> {
  const plans = await readPlans(tx, tenantId, changeId)
  if (plans.length === 0) return undefined
  const [candidate] = await readPlannedRuns(tx, tenantId, { ids: [candidateId], plans })
  return candidate === undefined ? undefined : planFor(plans, candidate)?.terms.plan
}

async function assessableChange(tx: Transaction, tenantId: string, changeId: string) {
  const change = await readChange(tx, tenantId, changeId)
  if (change.status === 'dismissed') throw new ProblemError('invalid_transition', { detail: 'the change is dismissed' })
  return change
}

/**
 * Keeps what two evaluations say of a change, and how that stands to the plans that were sealed for it, as of now.
 * The digest binds the change, both runs with their files' digests, the plan, the result and, where there is a plan, how it stands to that.
 * @throws ProblemError `not_found`, `invalid_transition`
 */
export async function keepAssessment(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { changeId, baselineId, candidateId, compared }: AssessmentRequest & { readonly compared: ComparedRuns },
): Promise<AssessmentView> {
  const { tenantId, accountId } = principal
  const { result, plan, baselineDigest, candidateDigest } = compared
  const change = await assessableChange(tx, tenantId, changeId)
  await holdChange(tx, tenantId, changeId)
  const standing = await planStanding(tx, tenantId, {
    changeId,
    systemId: change.systemId,
    baselineId,
    candidateId,
    plan,
  })
  const bound = {
    changeDigest: change.digest,
    baseline: baselineDigest,
    candidate: candidateDigest,
    plan,
    result,
    ...(standing.planId === null ? {} : { underPlan: standing }),
  }
  const row = await tx
    .insertInto('assessment')
    .values({
      tenant_id: tenantId,
      id: newId(),
      change_id: changeId,
      change_digest: change.digest,
      baseline_id: baselineId,
      candidate_id: candidateId,
      plan: json(plan),
      result: json(result),
      verdict: result.verdict,
      under_plan: json<UnderPlan | null>(standing),
      digest: digestOf(bound),
      author_id: accountId,
      author_name: nameThen(principal),
      author_email: emailThen(principal),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await audit(tx, actor, {
    action: 'assessment.create',
    resource: `assessment/${row.id}`,
    details: {
      changeId,
      verdict: row.verdict,
      digest: row.digest,
      plan: standing.basis,
      followsPlan: standing.follows,
    },
  })
  return toView(principal, row)
}

async function planStanding(
  tx: Transaction,
  tenantId: string,
  asked: Required<AssessmentRequest> & { readonly plan: AssessmentPlan; readonly systemId: string },
): Promise<UnderPlan> {
  const { changeId, systemId, baselineId, candidateId, plan } = asked
  const plans: EvaluationPlanFacts[] = await readPlans(tx, tenantId, changeId)
  const runs = await readPlannedRuns(tx, tenantId, { ids: [baselineId, candidateId], plans })
  const runOf = (id: string): PlannedRun => runs.find((it) => it.id === id) ?? noSuchRun()
  return underPlan({
    systemId,
    plans,
    used: plan,
    baseline: runOf(baselineId),
    candidate: runOf(candidateId),
    attempts: await readAttempts(tx, tenantId, { changeId, systemId, plans, compared: { baselineId, candidateId } }),
  })
}

function noSuchRun(): never {
  throw new ProblemError('not_found', { detail: 'there is no such evaluation' })
}

/** An assessment as a principal may see it. @throws ProblemError `not_found` */
export async function readAssessment(tx: Transaction, principal: Principal, id: string): Promise<AssessmentView> {
  const row = await tx
    .selectFrom('assessment')
    .selectAll()
    .where('tenant_id', '=', principal.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no assessment with this id' })
  return toView(principal, row)
}

/** All assessments of a change, newest first: a decision is bound to each of them. */
export async function listAssessments(tx: Transaction, tenantId: string, changeId: string): Promise<AssessmentFacts[]> {
  return (await rowsOf(tx, tenantId, changeId)).map(factsOf)
}

/** The statement that reads all assessments of a change, whose id may be one that the database finds: for those who send it with others. */
export function selectAssessments(
  tx: Transaction,
  tenantId: string,
  changeId: string | RawBuilder<string>,
): CompiledQuery<Row> {
  return assessmentsOf(tx, tenantId, changeId).compile()
}

/** The statement that reads the newest assessments of a change. */
export function selectNewestAssessments(
  tx: Transaction,
  tenantId: string,
  { changeId, limit }: { readonly changeId: string; readonly limit: number },
): CompiledQuery<Row> {
  return assessmentsOf(tx, tenantId, changeId).limit(limit).compile()
}

/** Turns what `selectNewestAssessments` found into what a principal may see, newest first. */
export function assessmentViewsIn(principal: Principal, rows: readonly Row[]): AssessmentView[] {
  return rows.map((row) => toView(principal, row))
}

/** Turns what `selectAssessments` found into facts, newest first. */
export function assessmentsIn(rows: readonly Row[]): AssessmentFacts[] {
  return rows.map(factsOf)
}

/** The digests of all assessments of changes, by the change. */
export async function readAssessmentDigests(
  tx: Transaction,
  tenantId: string,
  changeIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (changeIds.length === 0) return new Map()
  const { rows } = await tx.executeQuery(selectAssessmentDigests(tx, tenantId, changeIds))
  const byChange = new Map<string, string[]>()
  for (const { change_id: id, digest } of rows) byChange.set(id, [...(byChange.get(id) ?? []), digest])
  return byChange
}

/** The statement that reads the digests of all assessments of changes. */
export function selectAssessmentDigests(
  tx: Transaction,
  tenantId: string,
  changeIds: readonly string[],
): CompiledQuery<{ readonly change_id: string; readonly digest: string }> {
  return sql<{ change_id: string; digest: string }>`
    with recursive same (change_id, id) as (
      select id, id from unnest(${changeIds}::uuid[]) as it (id)
      union select same.change_id, c.id from change c join same on c.tenant_id = ${tenantId} and c.merged_into = same.id
    )
    select same.change_id, a.digest from same join assessment a on a.tenant_id = ${tenantId} and a.change_id = same.id`.compile(
    tx,
  )
}

/** All assessments of a change as a principal may see them, newest first. */
export async function viewAssessments(
  tx: Transaction,
  principal: Principal,
  changeId: string,
): Promise<AssessmentView[]> {
  return (await rowsOf(tx, principal.tenantId, changeId)).map((row) => toView(principal, row))
}

async function rowsOf(tx: Transaction, tenantId: string, changeId: string): Promise<Row[]> {
  await readChange(tx, tenantId, changeId)
  return assessmentsOf(tx, tenantId, changeId).execute()
}

function assessmentsOf(tx: Transaction, tenantId: string, changeId: string | RawBuilder<string>) {
  return (
    tx
      .selectFrom('assessment')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      // A duplicate's evidence is evidence: merging hides none.
      .where('change_id', 'in', withDuplicates(tenantId, changeId))
      .orderBy('id', 'desc')
  )
}

function toView(principal: Principal, row: Row): AssessmentView {
  return {
    ...factsOf(row),
    authorName: row.author_name,
    authorEmail: seesAddress(principal, row.author_id) ? row.author_email : null,
  }
}

function factsOf(row: Row): AssessmentFacts {
  return {
    id: row.id,
    changeId: row.change_id,
    changeDigest: row.change_digest,
    baselineEvaluationId: row.baseline_id,
    candidateEvaluationId: row.candidate_id,
    plan: row.plan,
    assessment: row.result,
    underPlan: row.under_plan,
    digest: row.digest,
    authorId: row.author_id,
    createdAt: row.created_at.toISOString(),
  }
}
