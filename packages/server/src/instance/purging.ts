import { sql } from 'kysely'
import { type Audit, systemActor } from '../audit/index.ts'
import { instanceTenant } from '../identity/index.ts'
import { type Database, withTenant } from '../platform/database.ts'
import type { RepeatedJob } from '../platform/jobs.ts'
import type { Purge, Purges } from '../platform/purges.ts'

const batchSize = 1000
const everySeconds = 24 * 3_600
const lookEveryMs = 15 * 60_000

interface PurgingDependencies {
  readonly db: Database
  readonly audit: Audit
  readonly purges: Purges
}

/** The job that purges once a day, in whichever process looks first. */
export function purging(deps: PurgingDependencies): RepeatedJob {
  return { name: 'purge', everyMs: lookEveryMs, run: () => purge(deps) }
}

/**
 * Deletes what has served its time, if it is this process's turn; one event in the operators' trail tells how much went.
 * @returns how many rows went, by purge; undefined where another process had the turn, or nobody since less than a day
 */
export async function purge(
  { db, audit, purges }: PurgingDependencies,
  turn: { readonly everySeconds: number } = { everySeconds },
): Promise<Readonly<Record<string, number>> | undefined> {
  const taken = await sql<{ mine: boolean }>`select take_purge_turn(${turn.everySeconds}) as mine`.execute(db)
  if (taken.rows[0]?.mine !== true) return undefined
  const gone: Record<string, number> = {}
  for (const [name, it] of Object.entries(purges)) gone[name] = await purgeAll(db, it)
  const tenantId = await instanceTenant(db)
  const details = Object.fromEntries(Object.entries(gone).filter(([, rows]) => rows > 0))
  if (tenantId !== undefined && Object.keys(details).length > 0) {
    const event = { action: 'instance.purge', details } as const
    await withTenant(db, tenantId, (tx) => audit(tx, systemActor(tenantId), event))
  }
  return gone
}

// In batches, each a transaction of its own, so that no lock is held for long.
async function purgeAll(db: Database, purgeBatch: Purge): Promise<number> {
  let total = 0
  for (;;) {
    const { rows } = await purgeBatch(batchSize).execute(db)
    const gone = rows[0]?.gone ?? 0
    total += gone
    if (gone < batchSize) return total
  }
}
