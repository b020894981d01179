import type { Role } from '@afterai/contract'
import type { Generated } from 'kysely'

/** How a subject of a provider became an account's. */
export type LinkedBy = 'created' | 'invitation' | 'admin' | 'verified_email'

declare module '../../platform/database.ts' {
  interface Tables {
    identity_provider: {
      tenant_id: string
      id: string
      name: string
      issuer: string
      client_id: string
      client_secret: Uint8Array
      scopes: string[]
      groups_claim: string
      role_mapping: { group: string; role: Role }[]
      default_role: Role | null
      allowed_domains: string[]
      creates_members: boolean
      enforced: Generated<boolean>
      created_at: Generated<Date>
      updated_at: Generated<Date>
    }
    federated_identity: {
      tenant_id: string
      provider_id: string
      subject: string
      account_id: string
      linked_by: LinkedBy
      created_at: Generated<Date>
      signed_in_at: Date | null
    }
    oidc_transaction: {
      tenant_id: string
      state_hash: Uint8Array
      browser_hash: Uint8Array
      provider_id: string
      return_to: string
      device_hash: Uint8Array | null
      expires_at: Date
    }
  }
}
