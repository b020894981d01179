import { assumeProduction } from '../../ace/index.ts'
import { onceSettled, type Transaction } from '../../platform/database.ts'
import type { ReadingGroup } from './reading-group.ts'

/** Notes of which systems production is assumed: where telemetry names no environment. */
export interface AssumedProduction {
  note(tx: Transaction, tenantId: string, groups: readonly ReadingGroup[]): Promise<void>
  forget(tenantId: string): void
}

/** Systems that this process has noted aren't noted again. */
export function createAssumedProduction(): AssumedProduction {
  const tenants = new Map<string, Set<string>>()
  return {
    async note(tx, tenantId, groups) {
      const known = tenants.get(tenantId) ?? new Set<string>()
      const assumed = groups.filter(
        ({ isDefaultEnvironment, systemId }) => isDefaultEnvironment && !known.has(systemId),
      )
      if (assumed.length === 0) return
      const ids = [...new Set(assumed.map(({ systemId }) => systemId))]
      await assumeProduction(tx, tenantId, ids)
      onceSettled(tx, (committed) => {
        if (committed) tenants.set(tenantId, new Set([...known, ...ids]))
      })
    },
    forget: (tenantId) => void tenants.delete(tenantId),
  }
}
