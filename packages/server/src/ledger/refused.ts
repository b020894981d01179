import { sql } from 'kysely'
import { type Database, type Transaction, withRole } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { turnOf } from './outbox.ts'

/**
 * Sets aside what waits for a log and repeats an entry's id or a producer's number; answers how many rows.
 * No writer of this product makes one, yet a single one would keep every later entry out of the log.
 */
export function setRepeatsAside(db: Database, tenantId: string): Promise<number> {
  return withRole(db, 'afterai_sequencer', async (tx) => {
    const move = sql`
      with repeated as (
        delete from ledger_outbox waiting where tenant_id = ${tenantId} and (
          exists (select from ledger_entry logged where logged.entry_id = waiting.entry_id)
          or exists (select from ledger_entry logged
            where (logged.tenant_id, logged.producer_id, logged.producer_sequence)
              = (waiting.tenant_id, waiting.producer_id, waiting.producer_sequence))
          or exists (select from ledger_outbox earlier
            where (earlier.tenant_id, earlier.producer_id, earlier.producer_sequence)
              = (waiting.tenant_id, waiting.producer_id, waiting.producer_sequence) and earlier.id < waiting.id))
        returning *
      )
      insert into ledger_refused (tenant_id, entry_id, entry, producer_id, producer_sequence)
      select tenant_id, entry_id, entry, producer_id, producer_sequence from repeated order by id returning id`
    // In its turn, so that it sees all that was logged, and no batch under way holds what it sets aside.
    const [, rows] = await together(tx, [turnOf(tenantId).compile(tx), move.compile(tx)])
    return rows.length
  })
}

/** How many entries were set aside from a log, in words; nothing when there are none. */
export async function refusedFaults(tx: Transaction, tenantId: string): Promise<string[]> {
  const { count } = await tx
    .selectFrom('ledger_refused')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return count === 0 ? [] : [`entries that repeat an id or a producer's number were set aside: ${count}`]
}
