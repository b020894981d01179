import type { PolicyRule, ProposeDecision } from '@afterai/contract'
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
      /** The rule that it is taken under; null where it was proposed before there were others than the first. */
      rule: Generated<PolicyRule | null>
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
      on_behalf_of: Generated<string | null>
      on_behalf_of_name: Generated<string | null>
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
      verdict: Band | 'none'
      risk_level: string | null
      envelope: Uint8Array
      supersedes: string | null
      sealed_at: Date
      /** What it rules on; the database takes it from the change and the decision. */
      system_id: Generated<string>
      environment: Generated<string>
      fingerprint: Generated<string | null>
      decision: Generated<'act' | 'not_act'>
      review_by: Generated<string | null>
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
