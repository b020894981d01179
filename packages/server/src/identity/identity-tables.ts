import type { Role } from '@afterai/contract'
import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    invitation: {
      tenant_id: string
      id: string
      email: string
      role: Role
      /** Null until the code is made, which for a mail is when it is sent. */
      code_hash: Uint8Array | null
      invited_by: string
      created_at: Generated<Date>
      expires_at: Date
      accepted_at: Date | null
      revoked_at: Generated<Date | null>
    }
    spent_refresh: { tenant_id: string; session_id: string; hash: Uint8Array; spent_at: Generated<Date> }
  }
}
