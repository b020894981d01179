import { sql } from 'kysely'
import { type Database, withRole } from '../platform/database.ts'

/** How much waits to be integrated, of all tenants together. */
export interface OutboxLoad {
  readonly entries: number
  /** How long the one that was queued first has waited. */
  readonly oldestSeconds: number
}

/** Looks into the queue. Its ids of entries are UUIDs of version 7: they hold the time at which each was made. */
export function readOutboxLoad(db: Database): Promise<OutboxLoad> {
  return withRole(db, 'afterai_sequencer', async (tx) => {
    const { rows } = await sql<{ entries: number; oldest: string | null }>`
      select (select count(*) from ledger_outbox) as entries,
             (select entry_id from ledger_outbox order by id limit 1) as oldest`.execute(tx)
    const { entries = 0, oldest = null } = rows[0] ?? {}
    return { entries, oldestSeconds: oldest === null ? 0 : Math.max(0, (Date.now() - millisecondsOf(oldest)) / 1000) }
  })
}

/** RFC 9562 §5.7: the first 48 bits. */
function millisecondsOf(uuid: string): number {
  return Number.parseInt(uuid.replace('-', '').slice(0, 12), 16)
}
