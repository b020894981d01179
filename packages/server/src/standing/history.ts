import { ProblemError, type RunView } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import { findSystem } from '../ace/index.ts'
import { json, type Transaction } from '../platform/database.ts'
import { readCursor, toPage } from '../platform/page.ts'
import { together } from '../platform/together.ts'
import { type KnownRun, readFacts } from './read-facts.ts'
import { type RunRow, selectRunsAt, selectRunsBetween } from './runs.ts'
import { standingOf } from './standing-of.ts'

interface HistoryQuery {
  readonly system: string
  readonly environment: string
  readonly at?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

/**
 * What ran in an environment, the newest first: at an instant, as it was known then; or between two, as it is known now.
 * @throws ProblemError `not_found` where there is no such system, `invalid_request` for an instant beside a range
 */
export async function readHistory(
  tx: Transaction,
  tenantId: string,
  query: HistoryQuery,
): Promise<{ items: RunView[]; nextCursor: string | null }> {
  const { at, from, to } = query
  if (at !== undefined && (from !== undefined || to !== undefined)) {
    throw new ProblemError('invalid_request', {
      errors: [
        {
          pointer: '/at',
          detail: 'asks for an instant, beside from or to, which ask for a range: give one of the two',
        },
      ],
    })
  }
  const { id: systemId } = await findSystem(tx, tenantId, query.system)
  if (at !== undefined) {
    const then = new Date(at)
    const [runs] = await together(tx, [selectRunsAt(tx, tenantId, query, then)])
    return {
      items: await viewRuns(
        tx,
        tenantId,
        runs.map((run) => ({ ...run, at: then })),
      ),
      nextCursor: null,
    }
  }
  const end = to === undefined ? new Date() : new Date(to)
  const [runs] = await together(tx, [
    selectRunsBetween(tx, tenantId, {
      systemId,
      environment: query.environment,
      from: from === undefined ? null : new Date(from),
      to: to === undefined ? null : end,
      before: readCursor(query.cursor) ?? null,
      limit: query.limit,
    }),
  ])
  const { items, nextCursor } = toPage(runs, query.limit, (run) => run)
  const atTheirEnds = items.map((run) => ({
    ...run,
    at: run.ended_at !== null && run.ended_at < end ? run.ended_at : end,
  }))
  return { items: await viewRuns(tx, tenantId, atTheirEnds), nextCursor }
}

/** A run with the instant at which its standing is asked for. */
export type RunAt = RunRow & { readonly at: Date }

/** Runs as they are shown, each with its standing at its instant. */
export async function viewRuns(tx: Transaction, tenantId: string, runs: readonly RunAt[]): Promise<RunView[]> {
  const known = await readFacts(tx, tenantId, runs)
  const [reversals] = await together(tx, [selectReversals(tx, tenantId, runs)])
  const reversed = new Map(reversals.map((row) => [row.id, row.change_id]))
  return known.map((it) => toView(it, reversed.get(it.run.id) ?? null))
}

interface ReversalRow {
  readonly id: string
  readonly change_id: string | null
}

/** The statement that finds for runs of what ran before the change that they go back on: that by which it ceased to run. */
export function selectReversals(
  tx: Transaction,
  tenantId: string,
  runs: readonly Pick<RunAt, 'id' | 'system_id' | 'environment' | 'fingerprint' | 'started_at'>[],
): CompiledQuery<ReversalRow> {
  return sql<ReversalRow>`
    select it.id, undone.change_id
    from jsonb_to_recordset(${json(runs)}) as it
      (id uuid, system_id uuid, environment text, fingerprint text, started_at timestamptz)
    join run own on own.tenant_id = ${tenantId} and own.id = it.id
    cross join lateral (
      -- Its neighbour in run_by_fingerprint: there may be any number of other runs between.
      select started_at, fingerprint from run
      where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
        and (fingerprint, started_at) < (it.fingerprint, own.started_at)
      order by fingerprint desc, started_at desc limit 1
    ) earlier
    cross join lateral (
      select change_id from run
      where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
        and (started_at, fingerprint) > (earlier.started_at, earlier.fingerprint)
      order by started_at, fingerprint limit 1
    ) undone
    where earlier.fingerprint = it.fingerprint`.compile(tx)
}

function toView(
  { run, facts, title, openedByName, record }: KnownRun<RunAt>,
  reversesChangeId: string | null,
): RunView {
  return {
    environment: run.environment,
    fingerprint: run.fingerprint,
    startedAt: run.started_at.toISOString(),
    endedAt: run.ended_at?.toISOString() ?? null,
    knownAt: run.known_at.toISOString(),
    changeId: facts.change?.id ?? null,
    changeTitle: title,
    openedByName,
    reversesChangeId,
    recordId: record?.id ?? null,
    decision: record?.decision ?? null,
    decidedAt: record?.sealedAt.toISOString() ?? null,
    approvedBy: [...(record?.approvers ?? [])],
    standing: standingOf(facts, run.at).standing,
  }
}
