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
    return { entries, oldestSeconds: waitedSince(oldest) }
  })
}

/** So many entries of one log are counted, and more are told as these. */
const mostCounted = 10_000

/** How much waits to be integrated into one log, and what its newest checkpoint signs for. */
export interface LogLoad extends OutboxLoad {
  readonly size: number
  readonly signedAt: Date | null
}

/** Looks at one log and its queue. */
export function readLogLoad(db: Database, tenantId: string): Promise<LogLoad> {
  return withRole(db, 'afterai_sequencer', async (tx) => {
    const { rows } = await sql<{ entries: number; oldest: string | null; size: number | null; signedAt: Date | null }>`
      select (select count(*) from (
               select 1 from ledger_outbox where tenant_id = ${tenantId} limit ${mostCounted}
             ) queued)::int as entries,
             (select entry_id from ledger_outbox where tenant_id = ${tenantId} order by id limit 1) as oldest,
             head.size, head.created_at as "signedAt"
      from (select 1) one left join lateral (
        select size, created_at from ledger_checkpoint where tenant_id = ${tenantId} order by size desc limit 1
      ) head on true`.execute(tx)
    const { entries = 0, oldest = null, size = null, signedAt = null } = rows[0] ?? {}
    return { entries, oldestSeconds: waitedSince(oldest), size: size ?? 0, signedAt }
  })
}

function waitedSince(oldest: string | null): number {
  return oldest === null ? 0 : Math.max(0, (Date.now() - millisecondsOf(oldest)) / 1000)
}

/** RFC 9562 §5.7: the first 48 bits. */
function millisecondsOf(uuid: string): number {
  return Number.parseInt(uuid.replace('-', '').slice(0, 12), 16)
}
