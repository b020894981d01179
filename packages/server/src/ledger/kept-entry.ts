import type { Producer } from '@afterai/record'
import { sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'

/** An entry with the number that its producer gave it. */
export interface KeptEntry {
  readonly entry: Uint8Array
  readonly producer: Producer
}

/**
 * Reads an entry by its id wherever it is: in the log, on its way there, or set aside. One statement is one snapshot, so it is found
 * however the sequencer moves it meanwhile. Undefined for one that is in none of them.
 */
export async function readKeptEntry(
  tx: Transaction,
  tenantId: string,
  entryId: string,
): Promise<KeptEntry | undefined> {
  const { rows } = await sql<{ entry: Uint8Array; producer_id: string; producer_sequence: number }>`
    select entry, producer_id, producer_sequence from ledger_entry where tenant_id = ${tenantId} and entry_id = ${entryId}
    union all
    select entry, producer_id, producer_sequence from ledger_outbox where tenant_id = ${tenantId} and entry_id = ${entryId}
    union all
    select entry, producer_id, producer_sequence from ledger_refused where tenant_id = ${tenantId} and entry_id = ${entryId}`.execute(
    tx,
  )
  const [found] = rows
  return found && { entry: found.entry, producer: { id: found.producer_id, sequence: found.producer_sequence } }
}
