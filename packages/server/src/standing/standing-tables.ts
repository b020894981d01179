import type { ClosureFacts, StandingName } from '@afterai/contract'
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
