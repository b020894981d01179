import type { ProposeDecision } from '@afterai/contract'
import type { Band } from '@afterai/evidence'
import type { SectionName } from '@afterai/record'
import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    decision: {
      tenant_id: string
      id: string
      change_id: string
      status: 'proposed' | 'approved' | 'rejected'
      proposal: ProposeDecision
      assessment_ids: string[]
      evidence_digest: string
      author_id: string
      author_name: string
      author_email: string | null
      proposed_at: Generated<Date>
      settled_at: Date | null
    }
    approval: {
      tenant_id: string
      decision_id: string
      approver_id: string
      approver_name: string
      approver_email: string | null
      verdict: 'approve' | 'reject'
      comment: string | null
      evidence_digest: string
      at: Generated<Date>
    }
    record: {
      tenant_id: string
      id: string
      change_id: string
      decision_id: string
      verdict: Band
      risk_level: string | null
      envelope: Uint8Array
      supersedes: string | null
      sealed_at: Date
    }
    record_section: {
      tenant_id: string
      record_id: string
      name: SectionName
      commitment: string
      ciphertext_sha256: string
      ciphertext: Uint8Array
      wrapped_secrets: Uint8Array
    }
  }
}
