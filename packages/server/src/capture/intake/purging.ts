import { type Database, type Transaction, withTenant } from '../../platform/database.ts'
import type { Logger } from '../../platform/log.ts'
import { purgeDimensions } from '../dimensions.ts'
import { purgeReceipts } from './receipts.ts'
import { purgeSeries } from './running-totals.ts'

const hourMs = 3_600_000

interface PurgingDependencies {
  readonly db: Database
  readonly log: Logger
  /** Called when names went: what was remembered of the tenant is wrong. */
  readonly forget: (tenantId: string) => void
}

/**
 * Deletes what has served its time, beside the intake and in transactions of its own: of each tenant that tells something, once an hour and
 * process what no retry needs, once a day names that nothing is counted under. What fails is tried again an hour later. Another process
 * may count under a name that went until it reads the names again, an hour at most.
 * @returns what is to be called whenever a tenant tells something
 */
export function createPurging({ db, log, forget }: PurgingDependencies): (tenantId: string) => void {
  const dueAt = { hourly: new Map<string, number>(), daily: new Map<string, number>() }
  const purge = async (every: keyof typeof dueAt, tenantId: string): Promise<void> => {
    const due = dueAt[every]
    const startedAt = Date.now()
    if (startedAt < (due.get(tenantId) ?? 0)) return
    due.set(tenantId, startedAt + hourMs)
    try {
      await withTenant(db, tenantId, (tx) => purges[every](tx, tenantId))
      if (every === 'hourly') return
      forget(tenantId)
      due.set(tenantId, startedAt + 24 * hourMs)
    } catch (error) {
      log.warn({ err: error }, 'a purge of telemetry failed; it is tried again')
    }
  }
  return (tenantId) => {
    void purge('hourly', tenantId)
    void purge('daily', tenantId)
  }
}

const purges = {
  async hourly(tx: Transaction, tenantId: string): Promise<void> {
    await purgeReceipts(tx, tenantId)
    await purgeSeries(tx, tenantId)
  },
  daily: purgeDimensions,
}
