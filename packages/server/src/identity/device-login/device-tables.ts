import type { Generated } from 'kysely'

declare module '../../platform/database.ts' {
  interface Tables {
    device_code_guess: { tenant_id: string; session_id: string; id: string; failed_at: Generated<Date> }
  }
}
