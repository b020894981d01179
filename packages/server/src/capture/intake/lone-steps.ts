import { sql } from 'kysely'
import type { Transaction } from '../../platform/database.ts'
import type { LoneStep, Rejections } from '../readings.ts'

/** How far back a request of a system may lie, so that its steps count as telling what its requests tell already. */
const recentHours = 24

/**
 * Counts the steps of systems none of whose requests were counted lately: what such a step tells counts nowhere. An agent's turn ends after
 * its requests, and often comes in a later body than these; of a system that sends both there is nothing to say.
 */
export async function countLoneSteps(
  tx: Transaction,
  tenantId: string,
  steps: readonly LoneStep[],
): Promise<Pick<Rejections, LoneStep['remark']>> {
  if (steps.length === 0) return {}
  const names = [...new Set(steps.map(({ system }) => system))]
  const since = new Date(Date.now() - recentHours * 3_600_000)
  const asking = await tx
    .selectFrom('system')
    .select('name')
    .where('tenant_id', '=', tenantId)
    .where('name', 'in', names)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('telemetry_window')
          .select(sql`1`.as('one'))
          .whereRef('telemetry_window.tenant_id', '=', 'system.tenant_id')
          .whereRef('telemetry_window.system_id', '=', 'system.id')
          .where('hour', '>=', since),
      ),
    )
    .execute()
  const known = new Set(asking.map(({ name }) => name))
  const counts: { [K in LoneStep['remark']]?: number } = {}
  for (const { remark, system } of steps) if (!known.has(system)) counts[remark] = (counts[remark] ?? 0) + 1
  return counts
}
