import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    totp: {
      account_id: string
      secret: Uint8Array
      created_at: Generated<Date>
      confirmed_at: Date | null
      last_step: Generated<number>
      failures: Generated<number>
      failed_at: Date | null
    }
    recovery_code: { account_id: string; code_hash: Uint8Array; created_at: Generated<Date>; used_at: Date | null }
    passkey: {
      id: string
      account_id: string
      credential_id: Uint8Array
      public_key: Uint8Array
      sign_count: number
      transports: string[]
      synced: boolean
      name: string
      created_at: Generated<Date>
      last_used_at: Date | null
    }
  }
}
