import type { Change, DeltaItem } from '@afterai/contract'
import { type Band, isGreen } from '@afterai/evidence'
import { type CompiledQuery, sql } from 'kysely'
import { noChange, policiesIn, ruleFor, rulesIn, selectPolicies } from '../policy/index.ts'
import { json, type Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { deviationOf, selectDecidedPlans } from './decided-plans.ts'
import { envelopeVerdict } from './envelope-of.ts'
import { inForce, selectEnvelopes } from './envelopes.ts'
import { type PlanState, planStateOf } from './plan-state.ts'
import type { RunningRow } from './runs.ts'
import { recordOf, type RuledRecord, rulingOf, type RulingRow } from './rulings.ts'
import type { RunFacts } from './standing-of.ts'

/** What runs, with the instant at which its standing is asked for. */
export type RunAt = RunningRow & { readonly at: Date }

/** What is known of a run, with what lists show of it besides. */
export interface KnownRun<T extends RunAt = RunAt> {
  readonly run: T
  readonly facts: RunFacts
  readonly policyVersion: number
  readonly title: string | null
  readonly openedByName: string | null
  readonly record: RuledRecord | null
}

interface FactRow extends RulingRow {
  readonly id: string
  readonly change_id: string | null
  readonly title: string | null
  readonly status: Change['status'] | null
  readonly change_class: Change['changeClass'] | null
  readonly change_types: Change['changeTypes'] | null
  readonly risk: Change['risk']
  readonly opened_at: Date | null
  readonly author_name: string | null
  readonly open_decision_id: string | null
  readonly emergency_reason: string | null
  readonly within_hours: number | null
  readonly declared_at: Date | null
  readonly declared_by_name: string | null
  readonly delta: readonly DeltaItem[] | null
  readonly assessed_as: Band | null
  readonly plan_state: PlanState
}

/** Reads what the standing of runs rests on, as of the instant of each: by four statements, however many they are. */
export async function readFacts<T extends RunAt>(
  tx: Transaction,
  tenantId: string,
  runs: readonly T[],
): Promise<KnownRun<T>[]> {
  if (runs.length === 0) return []
  const [rows, policyRows, envelopeRows] = await together(tx, [
    selectFacts(tx, tenantId, runs),
    selectPolicies(tx, tenantId),
    selectEnvelopes(tx, tenantId),
  ])
  const policies = policiesIn(policyRows)
  const byRun = new Map(rows.map((row) => [row.id, row]))
  const known = runs.flatMap((run) => {
    const row = byRun.get(run.id)
    if (row === undefined) return []
    const { version, rules } = rulesIn(policies, { systemId: run.system_id, environment: run.environment }, run.at)
    return [{ run, row, version, rule: ruleFor(rules, ruledChange(row)), ruling: rulingOf(row) }]
  })
  const unruled = known.filter((it) => it.ruling === null && it.run.change_id !== null).map(({ run }) => run)
  const plans = unruled.length === 0 ? [] : (await together(tx, [selectDecidedPlans(tx, tenantId, unruled)]))[0]
  const plansOf = Map.groupBy(plans, (plan) => plan.run_id)
  return known.map(({ run, row, version, rule, ruling }) => ({
    run,
    policyVersion: version,
    title: row.title,
    openedByName: row.author_name,
    record: recordOf(row),
    facts: {
      system: run.system,
      environment: run.environment,
      isAlone: run.fingerprint === null,
      startedAt: run.started_at,
      knownAt: run.known_at,
      change: changeOf(row),
      ruling,
      plan: deviationOf(plansOf.get(run.id) ?? []),
      rule,
      emergency: emergencyOf(row),
      envelopeId: envelopeOf(envelopeRows, run, row),
    },
  }))
}

function selectFacts(tx: Transaction, tenantId: string, runs: readonly RunAt[]): CompiledQuery<FactRow> {
  return sql<FactRow>`
    select it.id, c.id as change_id, c.title,
      case when c.merged_at > it.at then 'pending' else c.status end as status, c.change_class, c.change_types, c.risk, c.opened_at, c.author_name, open.id as open_decision_id,
      rec.id as record_id, rec.decision, rec.sealed_at, rec.review_by::text, d.rule, d.settled_at, agreed.approvers,
      exists (select from assessment a where a.tenant_id = ${tenantId} and a.change_id = rec.change_id
        and a.created_at > rec.sealed_at and a.created_at <= it.at) as has_new_evidence,
      finding.note as broken, finding.found_at as broken_at, em.reason as emergency_reason, em.within_hours, em.declared_at, em.declared_by_name, c.delta,
      a.verdict as assessed_as, ${planStateOf(tenantId, sql`c.id`, sql`it.at`)} as plan_state,
      base.accepted_at, base.accepted_by_name
    from jsonb_to_recordset(${json(runs)}) as it
      (id uuid, system_id uuid, environment text, fingerprint text, change_id uuid, at timestamptz)
    -- A run may have got its change later, when something was told that had run before it.
    -- Or have been that of another change, until the two were merged.
    left join lateral (
      select id from change where tenant_id = ${tenantId} and merged_run = it.id and merged_at > it.at
      order by merged_at limit 1
    ) unmerged on true
    -- Not by coalesce(), which PostgreSQL takes for leaky: with a row's policy in the way it would read every change.
    left join change c on c.tenant_id = ${tenantId} and c.opened_at <= it.at
      and c.id = case when unmerged.id is null then it.change_id else unmerged.id end
    left join decision open on open.tenant_id = ${tenantId} and open.change_id = it.change_id and open.status = 'proposed'
    left join lateral (
      select * from (
        -- By what ran, and by the change that it ran by: a plan leaves open what only the provider knows.
        -- In the order of record_by_configuration: by time alone, all records of the environment might be read.
        (select * from record
          where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
            and fingerprint between it.fingerprint and it.fingerprint and sealed_at <= it.at
          order by fingerprint, sealed_at desc, id desc limit 1)
        union all
        (select * from record where tenant_id = ${tenantId} and change_id = it.change_id and sealed_at <= it.at
          order by sealed_at desc limit 1)
      ) either order by sealed_at desc, id desc limit 1
    ) rec on true
    left join decision d on d.tenant_id = ${tenantId} and d.id = rec.decision_id
    left join lateral (
      select array_agg(approver_name order by at) as approvers from approval
      where tenant_id = ${tenantId} and decision_id = d.id and verdict = 'approve'
    ) agreed on true
    left join lateral (
      select note, found_at from condition_finding
      where tenant_id = ${tenantId} and record_id = rec.id and outcome = 'broken' and found_at <= it.at
      order by found_at limit 1
    ) finding on true
    left join emergency em on em.tenant_id = ${tenantId} and em.change_id = c.id and em.declared_at <= it.at
    left join lateral (
      select verdict from assessment
      where tenant_id = ${tenantId} and change_id = c.id and created_at <= it.at order by id desc limit 1
    ) a on true
    left join lateral (
      select accepted_at, accepted_by_name from accepted_baseline
      where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
        and fingerprint = it.fingerprint and accepted_at <= it.at
      order by accepted_at desc, id desc limit 1
    ) base on true`.compile(tx)
}

function ruledChange(row: FactRow) {
  if (row.change_types === null || row.change_class === null) return noChange
  return { changeTypes: row.change_types, changeClass: row.change_class, severity: row.risk?.severity ?? null }
}

function changeOf(row: FactRow): RunFacts['change'] {
  const id = row.change_id
  if (id === null || row.status === null || row.opened_at === null) return null
  return {
    id,
    status: row.status,
    openedAt: row.opened_at,
    openDecisionId: row.open_decision_id,
    planState: row.plan_state,
  }
}

const hourMs = 3_600_000

function emergencyOf(row: FactRow): RunFacts['emergency'] {
  const { emergency_reason: reason, within_hours: hours, declared_at: at, declared_by_name: by } = row
  if (reason === null || hours === null || at === null) return null
  return { by: by ?? 'somebody', reason, due: new Date(at.getTime() + hours * hourMs) }
}

/** The envelope that a run's change lay in when it began, of those that were in force then. */
function envelopeOf(rows: Parameters<typeof inForce>[0], run: RunAt, row: FactRow): string | null {
  if (row.delta === null || row.change_id === null) return null
  const change = {
    environment: run.environment,
    delta: row.delta,
    isNotWorse: row.assessed_as === null ? null : isGreen(row.assessed_as),
  }
  const began = run.started_at
  const found = inForce(rows, run.system_id, began).find(({ terms }) => envelopeVerdict(terms, change, began).inside)
  return found?.id ?? null
}
