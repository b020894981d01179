import type { ClosureFacts, EnvelopeTerms, StandingName } from '@afterai/contract'
import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    accepted_baseline: {
      tenant_id: string
      id: string
      system_id: string
      environment: string
      fingerprint: string
      reason: string
      accepted_at: Generated<Date>
      accepted_by: string | null
      accepted_by_name: string | null
      accepted_by_email: string | null
    }
    told_standing: {
      tenant_id: string
      system_id: string
      environment: string
      standing: StandingName
      run_id: string
      told_at: Generated<Date>
      mail_due: boolean
    }
    told_change: {
      tenant_id: string
      change_id: string
      standing: StandingName
      told_at: Generated<Date>
      mail_due: boolean
    }
    condition_finding: {
      tenant_id: string
      id: string
      record_id: string
      condition: string
      outcome: 'met' | 'broken'
      note: string
      found_at: Generated<Date>
      found_by: string | null
      found_by_name: string | null
    }
    emergency: {
      tenant_id: string
      change_id: string
      reason: string
      within_hours: number
      declared_at: Generated<Date>
      declared_by: string
      declared_by_name: string | null
    }
    envelope: {
      tenant_id: string
      id: string
      title: string
      system_id: string | null
      terms: EnvelopeTerms
      proposed_at: Generated<Date>
      proposed_by: string
      proposed_by_name: string | null
      approved_at: Generated<Date | null>
      approved_by: Generated<string | null>
      approved_by_name: Generated<string | null>
      revoked_at: Generated<Date | null>
      revoked_by: Generated<string | null>
    }
    verification: {
      tenant_id: string
      change_id: string
      outcome: 'verified' | 'failed'
      evidence: string
      assessment_id: string | null
      verified_at: Generated<Date>
      verified_by: string
      verified_by_name: string | null
    }
    closure: {
      tenant_id: string
      change_id: string
      code: ClosureFacts['code']
      notes: string | null
      facts: ClosureFacts
      closed_at: Generated<Date>
      closed_by: string
      closed_by_name: string | null
      closed_by_email: string | null
    }
  }
}
