import type { Decision, decisionQuery } from '@afterai/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Principal } from '../access/index.ts'
import { findSystemIds, readChangeDigests } from '../ace/index.ts'
import { readAssessmentDigests } from '../aura/index.ts'
import type { Transaction } from '../platform/database.ts'
import { cursorOf, readCursor } from '../platform/page.ts'
import { together } from '../platform/together.ts'
import {
  decisionOf,
  type DecisionRow,
  evidenceDigest,
  selectApprovals,
  selectRecordIds,
  settledDigest,
  viewDecision,
} from './dossier.ts'
import { readOpenVotes } from './open-votes.ts'

type Query = Partial<z.infer<typeof decisionQuery>> & { readonly limit: number; readonly changeId?: string }

/** How many decisions a page looks at, at most, for each that it may show. */
const lookedAtForOne = 50

/**
 * Decisions, newest first; of one change where it is named. As many statements for a page as for one of them. Looking for those of a filter
 * ends after a number of decisions: a page may then be shorter than its limit, and its cursor goes on from there.
 */
export async function listDecisions(
  tx: Transaction,
  principal: Principal,
  query: Query,
): Promise<{ items: Decision[]; nextCursor: string | null }> {
  const { limit } = query
  const lookAt = limit * lookedAtForOne
  const found = await findDecisions(tx, principal.tenantId, query, lookAt)
  const fitting = found.filter(({ fits }) => fits)
  const shown = fitting.slice(0, limit)
  const isFull = fitting.length > limit
  const last = isFull ? shown.at(-1) : found.at(-1)
  const hasMore = isFull || last?.nth === lookAt
  const rows = query.awaiting === undefined ? shown : await thoseOf(tx, principal, shown)
  const items = await viewAll(tx, principal, rows)
  return { items, nextCursor: hasMore && last !== undefined ? cursorOf(last.id) : null }
}

type FoundDecision = DecisionRow & { readonly nth: number; readonly fits: boolean }

async function findDecisions(
  tx: Transaction,
  tenantId: string,
  { limit, cursor, changeId, status, awaiting, reviewBefore, system }: Query,
  lookAt: number,
): Promise<FoundDecision[]> {
  const before = readCursor(cursor)
  const systemId = system === undefined ? undefined : (await findSystemIds(tx, tenantId, [system])).get(system)
  if (system !== undefined && systemId === undefined) return []
  const conditions: RawBuilder<unknown>[] = [sql`d.tenant_id = ${tenantId}`]
  if (before !== undefined) conditions.push(sql`d.id < ${before}`)
  if (changeId !== undefined) conditions.push(sql`d.change_id = ${changeId}`)
  // Those that are open have an index of their own.
  if (awaiting !== undefined || status === 'proposed') conditions.push(sql`d.status = 'proposed'`)
  const asked: RawBuilder<unknown>[] = [sql`true`]
  if (status !== undefined) asked.push(sql`d.status = ${status}`)
  if (reviewBefore !== undefined) asked.push(sql`d.proposal ->> 'reviewBy' < ${reviewBefore}`)
  if (systemId !== undefined) {
    asked.push(
      sql`(select c.system_id from change c where c.tenant_id = d.tenant_id and c.id = d.change_id) = ${systemId}`,
    )
  }
  const { rows } = await sql<FoundDecision>`
    select * from (
      select d.*, row_number() over (order by d.id desc) as nth, coalesce(${sql.join(asked, sql` and `)}, false) as fits
      from decision d where ${sql.join(conditions, sql` and `)} order by d.id desc limit ${lookAt}
    ) it where fits or nth = ${lookAt} limit ${limit + 1}`.execute(tx)
  return rows
}

/** Those of open decisions that wait for the verdict of whoever asks. */
async function thoseOf(
  tx: Transaction,
  principal: Principal,
  rows: readonly FoundDecision[],
): Promise<FoundDecision[]> {
  const changeIds = rows.map((row) => row.change_id)
  const votes = await readOpenVotes(tx, principal, changeIds)
  return rows.filter((row) => votes.get(row.change_id)?.refusal === null)
}

async function viewAll(tx: Transaction, principal: Principal, items: readonly DecisionRow[]): Promise<Decision[]> {
  const { tenantId } = principal
  const ids = items.map(({ id }) => id)
  const [approvalRows, records] = await together(tx, [
    selectApprovals(tx, tenantId, ids).compile(),
    selectRecordIds(tx, tenantId, ids).compile(),
  ])
  const approvalsOf = Map.groupBy(approvalRows, (row) => row.decision_id)
  const recordIdOf = new Map(records.map((row) => [row.decision_id, row.id]))
  const open = items.filter((row) => settledDigest(row, approvalsOf.get(row.id) ?? []) === undefined)
  const changeIds = open.map((row) => row.change_id)
  const changeDigestOf = await readChangeDigests(tx, tenantId, changeIds)
  const assessmentDigestsOf = await readAssessmentDigests(tx, tenantId, changeIds)
  return items.map((row) => {
    const approvals = approvalsOf.get(row.id) ?? []
    const now = (): string =>
      evidenceDigest(
        changeDigestOf.get(row.change_id) ?? '',
        assessmentDigestsOf.get(row.change_id) ?? [],
        row.proposal,
      )
    const current = settledDigest(row, approvals) ?? now()
    const recordId = recordIdOf.get(row.id) ?? null
    return viewDecision(principal, decisionOf(row, { approvals, recordId, evidenceDigest: current }))
  })
}
