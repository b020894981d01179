import type { PolicyRule } from '@afterai/contract'
import { type RawBuilder, sql } from 'kysely'

/** How far the plan of a change has come: none is sealed, one is, or an assessment follows one. */
export type PlanState = 'none' | 'sealed' | 'followed'

/** SQL for the state of the plan of a change, as of an instant. */
export function planStateOf(
  tenantId: string,
  changeId: RawBuilder<string>,
  at: RawBuilder<Date>,
): RawBuilder<PlanState> {
  return sql<PlanState>`case
    when exists (select from assessment where tenant_id = ${tenantId} and change_id = ${changeId}
      and under_plan @> '{"follows": true}' and created_at <= ${at}) then 'followed'
    when exists (select from evaluation_plan where tenant_id = ${tenantId} and change_id = ${changeId} and sealed_at <= ${at}) then 'sealed'
    else 'none' end`
}

/** The command that a confirmed change without an open decision is waiting for: what its rule wants first, or to decide on it. */
export function stepBeforeDecision(
  changeId: string,
  { assessment }: Pick<PolicyRule, 'assessment'>,
  plan: PlanState,
): string {
  if (assessment !== 'planned' || plan === 'followed') return `afterai decide ${changeId}`
  return plan === 'none'
    ? `afterai plan seal ${changeId} --from plan.yaml`
    : `afterai assess ${changeId} --baseline BEFORE --candidate AFTER`
}
