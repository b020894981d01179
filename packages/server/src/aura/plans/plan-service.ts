import {
  type EvaluationPlan,
  type EvaluationPlanFacts,
  type PlanAttempts,
  type PlanTerms,
  ProblemError,
} from '@afterai/contract'
import { digestOf } from '@afterai/record'
import { type CompiledQuery, type RawBuilder, type Selectable, sql } from 'kysely'
import { type Caller, type Principal, seesAddress } from '../../access/index.ts'
import { readChange } from '../../ace/index.ts'
import { type Audit, emailThen, nameThen } from '../../audit/index.ts'
import { json, type Tables, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { type PlannedChange, readAttempts } from './attempts.ts'
import { attemptOf } from './under-plan.ts'

type Row = Selectable<Tables['evaluation_plan']>

/** Plans of a change; each is looked at with every attempt. */
const mostPlans = 100

/**
 * Seals what results of a change will be held to, as an event of the log. Nothing of a plan can be altered; another one supersedes it, and
 * both stay. @throws ProblemError `not_found`, `invalid_transition` for a change that is dismissed, `conflict` for too many plans
 */
export async function sealPlan(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { changeId, terms }: { readonly changeId: string; readonly terms: PlanTerms },
): Promise<EvaluationPlan> {
  const { tenantId } = principal
  const change = await readChange(tx, tenantId, changeId)
  if (change.status === 'dismissed') throw new ProblemError('invalid_transition', { detail: 'the change is dismissed' })
  await holdChange(tx, tenantId, changeId)
  const before = (await readPlans(tx, tenantId, changeId)).at(-1)
  const version = (before?.version ?? 0) + 1
  if (version > mostPlans) {
    throw new ProblemError('conflict', {
      detail: `a change has at most ${mostPlans} plans; record it as another change`,
    })
  }
  const row = await tx
    .insertInto('evaluation_plan')
    .values({
      tenant_id: tenantId,
      id: newId(),
      change_id: changeId,
      version,
      terms: json(terms),
      digest: digestOf({ changeId, version, terms }),
      supersedes: before?.id ?? null,
      sealed_at: sql<Date>`clock_timestamp()`,
      sealed_by: principal.accountId,
      sealed_by_name: nameThen(principal),
      sealed_by_email: emailThen(principal),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await audit(tx, actor, {
    action: 'plan.seal',
    resource: `plan/${row.id}`,
    details: { changeId, version, digest: row.digest, supersedes: row.supersedes },
  })
  return toView(principal, row)
}

/** Holds a change until the transaction ends: plans and assessments of it come one after the other, and each knows those before. */
export async function holdChange(tx: Transaction, tenantId: string, changeId: string): Promise<void> {
  await tx
    .selectFrom('change')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', changeId)
    .forUpdate()
    .execute()
}

/** The plans of a change as a principal may see them, the newest first, and the attempts under them as of now. */
export async function viewPlans(
  tx: Transaction,
  principal: Principal,
  changeId: string,
): Promise<{ items: EvaluationPlan[]; attempts: PlanAttempts }> {
  const { tenantId } = principal
  const { systemId } = await readChange(tx, tenantId, changeId)
  const { rows } = await tx.executeQuery(selectPlans(tx, tenantId, changeId))
  const plans = plansIn(rows)
  return {
    items: planViewsIn(principal, rows),
    attempts: await attemptsNow(tx, tenantId, { changeId, systemId, plans }),
  }
}

/** The attempts under the plans of a change, as of now. */
export async function attemptsNow(tx: Transaction, tenantId: string, change: PlannedChange): Promise<PlanAttempts> {
  const { runs, counts } = await readAttempts(tx, tenantId, change)
  return { ...counts, items: runs.map((run) => attemptOf(change.plans, run, 'other')) }
}

/** All plans of a change, the first sealed first. */
export async function readPlans(tx: Transaction, tenantId: string, changeId: string): Promise<EvaluationPlanFacts[]> {
  return plansIn((await tx.executeQuery(selectPlans(tx, tenantId, changeId))).rows)
}

/** The statement that reads all plans of a change, whose id may be one that the database finds: for those who send it with others. */
export function selectPlans(
  tx: Transaction,
  tenantId: string,
  changeId: string | RawBuilder<string>,
): CompiledQuery<Row> {
  return tx
    .selectFrom('evaluation_plan')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('change_id', '=', changeId)
    .orderBy('version')
    .compile()
}

/** Turns what `selectPlans` found into facts, the first sealed first. */
export function plansIn(rows: readonly Row[]): EvaluationPlanFacts[] {
  return rows.map(factsOf)
}

/** Plans as a principal may see them, from what `selectPlans` found, the newest first. */
export function planViewsIn(principal: Principal, rows: readonly Row[]): EvaluationPlan[] {
  return rows.map((row) => toView(principal, row)).toReversed()
}

function toView(principal: Principal, row: Row): EvaluationPlan {
  return {
    ...factsOf(row),
    sealedByName: row.sealed_by_name,
    sealedByEmail: seesAddress(principal, row.sealed_by) ? row.sealed_by_email : null,
  }
}

function factsOf(row: Row): EvaluationPlanFacts {
  return {
    id: row.id,
    changeId: row.change_id,
    version: row.version,
    terms: row.terms,
    digest: row.digest,
    supersedes: row.supersedes,
    sealedAt: row.sealed_at.toISOString(),
    sealedBy: row.sealed_by,
  }
}
