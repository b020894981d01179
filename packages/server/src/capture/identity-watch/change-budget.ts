import type { Caller } from '../../access/index.ts'
import type { Transaction } from '../../platform/database.ts'
import {
  type DerivedChange,
  derivedChangesSince,
  endChanges,
  openDerivedChange,
  openFurtherChanges,
  type Ending,
} from '../../ace/index.ts'
import type { Audit } from '../../audit/index.ts'
import type { Bound } from '../limits.ts'

/** Opens changes that telemetry shows, up to a number within an hour; the rest of a system's share one that says so. */
export interface ChangeBudget {
  /** @returns the id of the change, or of the one that stands for it */
  open(caller: Caller, change: DerivedChange): Promise<string>
  /** Notes that changes ceased to run, by the one that undid them or by none. */
  end(caller: Caller, changeIds: readonly string[], ending: Ending): Promise<void>
}

const hourMs = 3_600_000

/** The caller holds the tenant's lock of what is watched: nobody else opens such changes meanwhile. */
export function createChangeBudget(tx: Transaction, tenantId: string, audit: Audit, bound: Bound): ChangeBudget {
  let opened: Map<string, number> | undefined
  let further = new Map<string, string>()
  async function count(): Promise<Map<string, number>> {
    const rows = await derivedChangesSince(tx, tenantId, Date.now() - hourMs)
    further = new Map(rows.flatMap((row) => (row.furtherId === null ? [] : [[row.systemId, row.furtherId] as const])))
    return new Map(rows.map((row) => [row.systemId, row.opened]))
  }
  return {
    end: (caller, changeIds, ending) => endChanges(audit, tx, caller, { changeIds, ...ending }),
    async open(caller, change) {
      const { systemId, environment } = change
      opened ??= await count()
      const own = opened.get(systemId) ?? 0
      const all = [...opened.values()].reduce((sum, n) => sum + n, 0)
      if (own < bound.each && all < bound.tenant) {
        opened.set(systemId, own + 1)
        return openDerivedChange(audit, tx, caller, change)
      }
      const id = further.get(systemId) ?? (await openFurtherChanges(audit, tx, caller, { systemId, environment }))
      further.set(systemId, id)
      return id
    },
  }
}
