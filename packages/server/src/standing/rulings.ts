import type { PolicyRule } from '@afterai/contract'
import type { Ruling } from './standing-of.ts'

/** What the database knows of what ruled on a configuration: the record sealed last, and who accepted it last. */
export interface RulingRow {
  readonly record_id: string | null
  readonly decision: 'act' | 'not_act' | null
  readonly sealed_at: Date | null
  readonly review_by: string | null
  readonly rule: PolicyRule | null
  readonly settled_at: Date | null
  readonly approvers: readonly string[] | null
  /** Whether the change was assessed again since it was sealed. */
  readonly has_new_evidence: boolean | null
  /** A condition of the record that is broken, in words. */
  readonly broken: string | null
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
    broken: row.broken,
    hasNewEvidence: row.has_new_evidence === true,
  }
}
