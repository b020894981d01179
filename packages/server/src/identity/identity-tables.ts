import type { Permission, Role } from '@afterai/contract'
import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    tenant: { id: string; slug: string; name: string; sample: Generated<boolean>; created_at: Generated<Date> }
    membership: {
      tenant_id: string
      account_id: string
      role: Role
      name: string
      email: string | null
      created_at: Generated<Date>
      role_provider_id: Generated<string | null>
      break_glass: Generated<boolean>
    }
    invitation: {
      tenant_id: string
      id: string
      email: string
      role: Role
      code_hash: Uint8Array
      invited_by: string
      created_at: Generated<Date>
      expires_at: Date
      accepted_at: Date | null
    }
    session: {
      tenant_id: string
      id: string
      account_id: string
      refresh_hash: Uint8Array
      created_at: Generated<Date>
      used_at: Generated<Date>
      expires_at: Date
      revoked_at: Date | null
      method: string | null
      provider_id: string | null
      authenticated_at: Date | null
    }
    spent_refresh: { tenant_id: string; session_id: string; hash: Uint8Array; spent_at: Generated<Date> }
    api_key: {
      tenant_id: string
      id: string
      account_id: string
      name: string
      prefix: string
      key_hash: Uint8Array
      scopes: Permission[]
      created_at: Generated<Date>
      expires_at: Date | null
      last_used_at: Date | null
      revoked_at: Date | null
    }
  }
}
