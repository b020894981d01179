import { sql } from 'kysely'
import { type Database, withRole } from '../../platform/database.ts'

/** How audit streams fare, of all tenants together. */
export interface StreamLoad {
  readonly streams: Readonly<Record<'sending' | 'failing' | 'paused', number>>
  /** Of those that aren't paused, the one furthest behind its log. */
  readonly lagEntries: number
}

/** Looks at all of them. */
export function readStreamLoad(db: Database): Promise<StreamLoad> {
  return withRole(db, 'afterai_sequencer', async (tx) => {
    const { rows } = await sql<{ sending: number; failing: number; paused: number; lag: number }>`
      select count(*) filter (where paused_at is null and failures = 0) as sending,
             count(*) filter (where paused_at is null and failures > 0) as failing,
             count(*) filter (where paused_at is not null) as paused,
             coalesce(max(greatest(0, (
               select size from ledger_checkpoint c where c.tenant_id = s.tenant_id order by size desc limit 1
             ) - next_index)) filter (where paused_at is null), 0) as lag
      from audit_stream s`.execute(tx)
    const { lag = 0, sending = 0, failing = 0, paused = 0 } = rows[0] ?? {}
    return { streams: { sending, failing, paused }, lagEntries: lag }
  })
}
