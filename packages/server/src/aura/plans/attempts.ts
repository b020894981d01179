import type { EvaluationPlanFacts, PlanAttempt } from '@afterai/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../platform/database.ts'
import type { KnownAttempts, PlannedRun } from './under-plan.ts'

/** The change whose attempts are asked for, its plans, and the two evaluations that are being compared, where some are. */
export interface PlannedChange {
  readonly changeId: string
  readonly systemId: string
  /** The first sealed first. */
  readonly plans: readonly EvaluationPlanFacts[]
  readonly compared?: { readonly baselineId: string; readonly candidateId: string } | undefined
}

interface CountedRow {
  readonly id: string | null
  /** The first import of the same reading of the same file. */
  readonly run_id: string | null
  readonly count: number
  readonly not_assessed: number
  readonly other_cases: number
  readonly other_systems: number
}

interface RunRow {
  readonly id: string
  readonly label: string | null
  readonly system_id: string | null
  readonly received_at: Date
  readonly ran_at: Date | null
  readonly case_digest: string | null
  readonly cases: PlanAttempt['cases']
  readonly case_count: number
  readonly is_unmistakable: boolean
  readonly file_id: string | null
  readonly file_at: Date | null
  readonly numbers_id: string | null
  readonly numbers_at: Date | null
  readonly verdicts: PlanAttempt['verdicts']
}

/** Attempts that are listed; more are counted. */
const listed = 200
const none = { count: 0, notAssessed: 0, otherCases: 0, otherSystems: 0 }

/**
 * Everything that was imported since the first plan of a change was sealed and may be an attempt: of its system, or of none, or assessed
 * for the change, with the cases of any of its plans or such that nobody knows. The same reading of the same file is one attempt.
 */
export async function readAttempts(tx: Transaction, tenantId: string, change: PlannedChange): Promise<KnownAttempts> {
  const { changeId, systemId, plans, compared } = change
  const [first] = plans
  if (first === undefined) return { runs: [], counts: none }
  const since = first.sealedAt
  const datasets = datasetsOf(plans)
  const { rows } = await sql<CountedRow>`
    with sample as materialized (${sampleOf(tenantId, datasets)}),
    imported as materialized (
      select e.id, e.received_at, e.system_id, ${casesOf(datasets)} as cases,
        coalesce((
          select o.id from evaluation o where o.tenant_id = e.tenant_id and o.source_digest = e.source_digest
            and o.results_digest = e.results_digest and o.selection is not distinct from e.selection
            and o.system_id is not distinct from e.system_id
            and o.received_at > ${since} and (o.received_at, o.id) < (e.received_at, e.id)
          order by o.received_at, o.id limit 1
        ), e.id) as run_id,
        exists (select from assessment a where a.tenant_id = e.tenant_id and a.candidate_id = e.id) as is_assessed,
        exists (select from assessment a where a.tenant_id = e.tenant_id and a.candidate_id = e.id and a.change_id = ${changeId}) as is_used
      from evaluation e
      where e.tenant_id = ${tenantId} and e.received_at > ${since}
        and (e.system_id = ${systemId} or e.system_id is null or e.case_digest = any(${datasets}::text[])
          or e.id in (select candidate_id from assessment where tenant_id = ${tenantId} and change_id = ${changeId}))
    ),
    attempt as materialized (
      select * from imported where cases <> 'others' and (system_id = ${systemId} or system_id is null or is_used)
    ),
    counted as (
      select run_id, bool_or(is_assessed or id = ${compared?.candidateId ?? null}::uuid) as is_assessed
      from attempt group by run_id having not coalesce(bool_or(id = ${compared?.baselineId ?? null}::uuid), false)
    ),
    total as (
      select
        (select count(*) from counted)::int as count,
        (select count(*) from counted where is_assessed is not true)::int as not_assessed,
        (select count(*) from imported where cases = 'others' and system_id = ${systemId})::int as other_cases,
        (select count(*) from imported where cases = 'all' and system_id <> ${systemId} and not is_used)::int as other_systems
    )
    select newest.id, newest.run_id, total.* from total
    left join (select id, run_id, received_at from attempt order by received_at desc, id desc limit ${listed}) newest on true
    order by newest.received_at, newest.id`.execute(tx)
  const ids = rows.flatMap(({ id }) => (id === null ? [] : [id]))
  const again = new Set(rows.flatMap(({ id, run_id: runId }) => (id === null || id === runId ? [] : [id])))
  const runs = await readPlannedRuns(tx, tenantId, { ids, plans })
  return { runs: runs.map((run) => ({ ...run, isAgain: again.has(run.id) })), counts: countsIn(rows) }
}

function countsIn([row]: readonly CountedRow[]): KnownAttempts['counts'] {
  if (row === undefined) return none
  const { count, not_assessed: notAssessed, other_cases: otherCases, other_systems: otherSystems } = row
  return { count, notAssessed, otherCases, otherSystems }
}

/** Evaluations as plans see them, the first imported first. */
export async function readPlannedRuns(
  tx: Transaction,
  tenantId: string,
  { ids, plans }: { readonly ids: readonly string[]; readonly plans: readonly EvaluationPlanFacts[] },
): Promise<PlannedRun[]> {
  if (ids.length === 0) return []
  const datasets = datasetsOf(plans)
  const { rows } = await sql<RunRow>`
    with sample as materialized (${sampleOf(tenantId, datasets)})
    select e.id, e.label, e.system_id, e.received_at, e.ran_at, e.case_digest, ${casesOf(datasets)} as cases,
      e.cases - coalesce((e.reading ->> 'repeats')::int, 0) as case_count,
      e.metrics @> '[{"kind": "latency"}]' as is_unmistakable,
      file.id as file_id, file.received_at as file_at, numbers.id as numbers_id, numbers.received_at as numbers_at,
      coalesce(made.verdicts, '[]') as verdicts
    from evaluation e
    left join lateral (
      select id, received_at from evaluation
      where tenant_id = e.tenant_id and source_digest = e.source_digest and (received_at, id) < (e.received_at, e.id)
      order by received_at, id limit 1
    ) file on true
    left join lateral (
      select id, received_at from evaluation
      where tenant_id = e.tenant_id and results_digest = e.results_digest and (received_at, id) < (e.received_at, e.id)
        -- That all passed in two systems is no wonder; one latency after the other is.
        and (system_id is not distinct from e.system_id or e.metrics @> '[{"kind": "latency"}]')
      order by received_at, id limit 1
    ) numbers on true
    left join lateral (
      select jsonb_agg(jsonb_build_object('assessmentId', id, 'changeId', change_id, 'verdict', verdict) order by id) as verdicts
      from (
        select id, change_id, verdict from assessment
        where tenant_id = e.tenant_id and candidate_id = e.id order by id desc limit 20
      ) newest
    ) made on true
    where e.tenant_id = ${tenantId} and e.id = any(${ids}::uuid[])
    order by e.received_at, e.id`.execute(tx)
  return rows.map(toRun)
}

function toRun(row: RunRow): PlannedRun {
  return {
    id: row.id,
    label: row.label,
    systemId: row.system_id,
    importedAt: row.received_at,
    ranAt: row.ran_at,
    caseDigest: row.case_digest,
    cases: row.cases,
    caseCount: row.case_count,
    sameFile: earlier(row.file_id, row.file_at),
    sameNumbers: earlier(row.numbers_id, row.numbers_at),
    isUnmistakable: row.is_unmistakable,
    verdicts: row.verdicts,
  }
}

function earlier(id: string | null, importedAt: Date | null): PlannedRun['sameFile'] {
  return id === null || importedAt === null ? null : { id, importedAt }
}

function datasetsOf(plans: readonly EvaluationPlanFacts[]): string[] {
  return [...new Set(plans.flatMap(({ terms }) => terms.datasets))]
}

// Any evaluation of the planned cases will do: those of one digest have one sample.
function sampleOf(tenantId: string, datasets: readonly string[]): RawBuilder<unknown> {
  return sql`
    select (
      select array_agg(hash) from unnest(${datasets}::text[]) as wanted (digest)
      join lateral (
        select case_sample from evaluation
        where tenant_id = ${tenantId} and case_digest = wanted.digest and case_sample is not null limit 1
      ) known on true, unnest(known.case_sample) as hash
    ) as hashes`
}

// Which of the planned cases the evaluation `e` has.
function casesOf(datasets: readonly string[]): RawBuilder<PlanAttempt['cases']> {
  return sql`case
    when e.case_digest is null then 'unknown'
    when e.case_digest = any(${datasets}::text[]) then 'all'
    when e.case_sample && (select hashes from sample) then 'some'
    else 'others' end`
}
