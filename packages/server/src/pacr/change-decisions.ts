import type { Decision } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Principal } from '../access/index.ts'
import type { Transaction } from '../platform/database.ts'
import {
  type ApprovalRow,
  decisionOf,
  type DecisionRow,
  evidenceDigest,
  settledDigest,
  viewDecision,
} from './dossier.ts'

/** The statement that reads the decisions of a change, the newest first. */
export function selectDecisionsOf(
  tx: Transaction,
  tenantId: string,
  { changeId, limit }: OfChange,
): CompiledQuery<DecisionRow> {
  return tx
    .selectFrom('decision')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('change_id', '=', changeId)
    .orderBy('id', 'desc')
    .limit(limit)
    .compile()
}

/** The statement that reads the approvals of the decisions of a change, in the order in which they came. */
export function selectApprovalsOf(tx: Transaction, tenantId: string, changeId: string): CompiledQuery<ApprovalRow> {
  return tx
    .selectFrom('approval')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(
      sql<boolean>`decision_id in (select id from decision where tenant_id = ${tenantId} and change_id = ${changeId})`,
    )
    .orderBy('at')
    .compile()
}

/** A change, and how many of its decisions. */
interface OfChange {
  readonly changeId: string
  readonly limit: number
}

/** Decisions of one change as a principal may see them, from what the statements found, on the evidence as it is now. */
export function decisionsIn(
  principal: Principal,
  {
    rows,
    approvals,
    records,
    digests,
  }: {
    readonly rows: readonly DecisionRow[]
    readonly approvals: readonly ApprovalRow[]
    readonly records: readonly { readonly id: string; readonly decision_id: string }[]
    readonly digests: { readonly change: string; readonly assessments: readonly string[] }
  },
): Decision[] {
  const approvalsOf = Map.groupBy(approvals, (row) => row.decision_id)
  return rows.map((row) => {
    const its = approvalsOf.get(row.id) ?? []
    const current = settledDigest(row, its) ?? evidenceDigest(digests.change, digests.assessments, row.proposal)
    const recordId = records.find((it) => it.decision_id === row.id)?.id ?? null
    return viewDecision(principal, decisionOf(row, { approvals: its, recordId, evidenceDigest: current }))
  })
}
