import type { Permission, Role } from '@afterai/contract'
import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    tenant: {
      id: string
      slug: string
      name: string
      sample: Generated<boolean>
      instance: Generated<boolean>
      created_at: Generated<Date>
      suspended_at: Generated<Date | null>
    }
    membership: {
      tenant_id: string
      account_id: string
      role: Role
      name: string
      email: string | null
      /** The account's, written by the database. */
      kind: Generated<'person' | 'service'>
      created_at: Generated<Date>
      disabled_at: Generated<Date | null>
      role_provider_id: Generated<string | null>
      break_glass: Generated<boolean>
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
      authenticated_at: Generated<Date>
      amr: string[]
      address: string | null
      device: string | null
      /** The tenant's identity provider that vouched; null where it wasn't one. */
      provider_id: string | null
    }
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
      last_used_address: Generated<string | null>
      revoked_at: Date | null
      replaced_by: Generated<string | null>
    }
  }
}
