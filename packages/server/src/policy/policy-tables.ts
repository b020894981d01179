import type { PolicyRule } from '@afterai/contract'
import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    change_policy: {
      tenant_id: string
      id: string
      system_id: string | null
      environment: string | null
      version: number
      rules: PolicyRule[]
      reason: string
      set_at: Generated<Date>
      set_by: string
      set_by_name: string | null
    }
    delegation: {
      tenant_id: string
      id: string
      from_id: string
      from_name: string | null
      to_id: string
      to_name: string | null
      reason: string
      delegated_at: Generated<Date>
      until: Date
      ended_at: Generated<Date | null>
      ended_by: Generated<string | null>
      ended_by_name: Generated<string | null>
    }
  }
}
