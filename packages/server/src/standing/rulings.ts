import type { PolicyRule } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import type { Ruling } from './ruling.ts'

/** What the database knows of the record that was sealed last, as far as it rules on something. */
export interface RecordRow {
  readonly record_id: string | null
  readonly decision: 'act' | 'not_act' | null
  readonly sealed_at: Date | null
  readonly review_by: string | null
  readonly rule: PolicyRule | null
  readonly settled_at: Date | null
  readonly approvers: readonly string[] | null
  /** Whether the change was assessed again since it was sealed. */
  readonly has_new_evidence: boolean | null
  /** What was found of the condition of the record that broke first, and when. */
  readonly broken: string | null
  readonly broken_at: Date | null
}

/** What the database knows of what ruled on a configuration: the record sealed last, and who accepted it last. */
export interface RulingRow extends RecordRow {
  readonly accepted_at: Date | null
  readonly accepted_by_name: string | null
}

/** The record that rules on a configuration, in short. */
export interface RuledRecord {
  readonly id: string
  readonly decision: 'act' | 'not_act'
  readonly sealedAt: Date
  readonly approvers: readonly string[]
}

/** The record in a row; null where there is none. */
export function recordOf(row: RulingRow): RuledRecord | null {
  if (row.record_id === null || row.decision === null || row.sealed_at === null) return null
  return { id: row.record_id, decision: row.decision, sealedAt: row.sealed_at, approvers: row.approvers ?? [] }
}

const dayMs = 86_400_000

/** What ruled last: a record, or somebody who accepted what runs. */
export function rulingOf(row: RulingRow): Ruling | null {
  const record = recordOf(row)
  if (row.accepted_at !== null && (record === null || row.accepted_at > record.sealedAt)) {
    return { is: 'accepted', acceptedAt: row.accepted_at, by: row.accepted_by_name }
  }
  if (record === null) return null
  const days = row.rule?.validDays
  const isBounded = days !== undefined && row.settled_at !== null
  return {
    is: 'record',
    recordId: record.id,
    decision: record.decision,
    sealedAt: record.sealedAt,
    reviewBy: row.review_by,
    validUntil: isBounded && row.settled_at !== null ? new Date(row.settled_at.getTime() + days * dayMs) : null,
    broken: row.broken === null || row.broken_at === null ? null : { note: row.broken, at: row.broken_at },
    hasNewEvidence: row.has_new_evidence === true,
  }
}

/** SQL for what a record `r` and its decision `d` have to say of a ruling, as of now. */
export const ruledBy = sql`
  r.id as record_id, r.decision, r.sealed_at, r.review_by::text, d.rule, d.settled_at,
  exists (select from assessment a where a.tenant_id = r.tenant_id and a.change_id = r.change_id and a.created_at > r.sealed_at) as has_new_evidence,
  finding.note as broken, finding.found_at as broken_at,
  (select array_agg(p.approver_name order by p.at) from approval p
    where p.tenant_id = d.tenant_id and p.decision_id = d.id and p.verdict = 'approve') as approvers`

/** SQL for the condition of a record `r` that broke first. */
export const firstBroken = sql`
  left join lateral (
    select note, found_at from condition_finding
    where tenant_id = r.tenant_id and record_id = r.id and outcome = 'broken' order by found_at limit 1
  ) finding on true`

/** The statement that reads the last record of a change, whatever it may run with. */
export function selectRulingOf(tx: Transaction, tenantId: string, changeId: string): CompiledQuery<RulingRow> {
  return sql<RulingRow>`
    select ${ruledBy}, null as accepted_at, null as accepted_by_name
    from record r join decision d on d.tenant_id = r.tenant_id and d.id = r.decision_id ${firstBroken}
    where r.tenant_id = ${tenantId} and r.change_id = ${changeId}
    order by r.sealed_at desc, r.id desc limit 1`.compile(tx)
}
