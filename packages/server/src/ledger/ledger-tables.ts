import type { Generated } from 'kysely'

declare module '../platform/database.ts' {
  interface Tables {
    ledger_log: { tenant_id: string; origin: string; created_at: Generated<Date> }
    ledger_outbox: {
      id: Generated<number>
      written_by: Generated<number>
      tenant_id: string
      entry_id: string
      entry: Uint8Array
      producer_id: string
      producer_sequence: number
    }
    ledger_refused: {
      id: Generated<number>
      tenant_id: string
      entry_id: string
      entry: Uint8Array
      producer_id: string
      producer_sequence: number
      refused_at: Generated<Date>
    }
    ledger_acceptance: { tenant_id: string; id: string; accepted_at: Date; envelope: Uint8Array }
    ledger_entry: {
      tenant_id: string
      idx: number
      entry_id: string
      entry: Uint8Array
      leaf_hash: Uint8Array
      producer_id: string
      producer_sequence: number
      integrated_at: Generated<Date>
    }
    ledger_tile: { tenant_id: string; level: number; idx: number; hashes: Uint8Array; root: Uint8Array }
    ledger_checkpoint: { tenant_id: string; size: number; root: Uint8Array; note: string; created_at: Generated<Date> }
  }
}
