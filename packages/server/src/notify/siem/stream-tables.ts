import type { Generated } from 'kysely'

declare module '../../platform/database.ts' {
  interface Tables {
    audit_stream: {
      tenant_id: string
      id: string
      name: string
      kind: 'syslog' | 'webhook'
      endpoint: string
      sealed: Uint8Array
      created_by: string
      created_at: Generated<Date>
      paused_at: Date | null
      next_index: number
      delivered: Generated<number>
      last_delivered_at: Date | null
      failures: Generated<number>
      last_error: string | null
      last_error_at: Date | null
      retry_at: Generated<Date>
      lease_holder: string | null
      lease_until: Generated<Date>
    }
  }
}
