import type { Configuration, DeltaItem } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import { configurationDelta } from '../ace/index.ts'
import { json, type Transaction } from '../platform/database.ts'
import type { RunFacts } from './standing-of.ts'

/** A plan that was decided, with a run that isn't it. */
export interface DecidedPlan {
  readonly run_id: string
  readonly change_id: string
  readonly record_id: string
  readonly plan_delta: readonly DeltaItem[]
  readonly run_delta: readonly DeltaItem[]
  readonly planned: Configuration
  readonly running: Configuration
}

/** A run for which plans are looked for. */
export interface Unruled {
  readonly id: string
  readonly system_id: string
  readonly environment: string
  readonly fingerprint: string | null
  readonly change_id: string | null
  readonly at: Date
}

/** The most plans that are looked at for one run: the newest. */
const plansARun = 20

/** The plans that a sealed record had act, that didn't run by then, and that began from what ran before the run, the newest first. */
export function selectDecidedPlans(
  tx: Transaction,
  tenantId: string,
  runs: readonly Unruled[],
): CompiledQuery<DecidedPlan> {
  return sql<DecidedPlan>`
    select it.id as run_id, p.id as change_id, rec.id as record_id, p.delta as plan_delta, c.delta as run_delta,
      planned.content as planned, running.content as running
    from jsonb_to_recordset(${json(runs)}) as it
      (id uuid, system_id uuid, environment text, fingerprint text, change_id uuid, at timestamptz)
    join change c on c.tenant_id = ${tenantId} and c.id = it.change_id
    cross join lateral (
      (select * from change
        where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
          and intent = 'proposed' and implemented_at is null and status <> 'dismissed'
        order by id desc limit ${plansARun})
      union all
      (select * from change
        where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
          and intent = 'proposed' and implemented_at > it.at and status <> 'dismissed'
        order by implemented_at limit ${plansARun})
    ) p
    cross join lateral (
      select id, decision from record
      where tenant_id = ${tenantId} and change_id = p.id and sealed_at <= it.at
      order by sealed_at desc limit 1
    ) rec
    join configuration planned on planned.tenant_id = ${tenantId} and planned.fingerprint = p.fingerprint_after
    join configuration running on running.tenant_id = ${tenantId} and running.fingerprint = it.fingerprint
    where rec.decision = 'act' and p.id <> c.id and p.fingerprint_before = c.fingerprint_before
    order by p.id desc`.compile(tx)
}

/**
 * The plan from which a run deviates: one that sets something that the run sets too, to another value. Of several the one that differs
 * least, then the newest.
 */
export function deviationOf(plans: readonly DecidedPlan[]): RunFacts['plan'] {
  const touching = plans.flatMap((plan) => {
    const paths = new Set(plan.run_delta.map(({ path }) => path))
    if (!plan.plan_delta.some(({ path }) => paths.has(path))) return []
    const deviation = configurationDelta(plan.planned, plan.running)
    return [{ changeId: plan.change_id, recordId: plan.record_id, deviation }]
  })
  return touching.toSorted((a, b) => a.deviation.length - b.deviation.length)[0] ?? null
}
