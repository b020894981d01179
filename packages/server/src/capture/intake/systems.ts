import { sql } from 'kysely'
import type { Caller } from '../../access/index.ts'
import { createSystem, findSystemIds } from '../../ace/index.ts'
import type { Audit } from '../../audit/index.ts'
import { holdLock, onceSettled, type Transaction } from '../../platform/database.ts'
import { overflowSystem } from '../limits.ts'

/** A system's id, and whether it stands for several that were named. */
export interface ResolvedSystem {
  readonly id: string
  readonly shared: boolean
}

/** Finds the systems that telemetry names; those that are unknown make themselves known, up to a limit. */
export interface Systems {
  /** Systems by name. What exceeds the limit shares the system `telemetry-overflow`. */
  resolve(tx: Transaction, caller: Caller, names: ReadonlySet<string>): Promise<(name: string) => ResolvedSystem>
  forget(tenantId: string): void
}

/** Names that this process has resolved are known without asking; systems are never renamed. */
export function createSystems(audit: Audit, limit: number): Systems {
  const tenants = new Map<string, Map<string, string>>()
  return {
    async resolve(tx, caller, names) {
      const { tenantId } = caller.principal
      const known = tenants.get(tenantId) ?? new Map<string, string>()
      const unknown = [...names].filter((name) => !known.has(name))
      const found =
        unknown.length === 0 ? known : new Map([...known, ...(await settle(tx, caller, { audit, limit, unknown }))])
      if (found !== known) {
        const overflowing = found.get(overflowSystem)
        onceSettled(tx, (committed) => {
          // What overflowed isn't remembered: there is no end to such names.
          if (committed)
            tenants.set(
              tenantId,
              new Map([...found].filter(([name, id]) => name === overflowSystem || id !== overflowing)),
            )
        })
      }
      return (name) => {
        const id = found.get(name) ?? missing(name)
        return { id, shared: id === found.get(overflowSystem) }
      }
    },
    forget: (tenantId) => void tenants.delete(tenantId),
  }
}

function missing(name: string): never {
  throw new Error(`the system ${name} was not resolved`)
}

interface Unknown {
  readonly audit: Audit
  readonly limit: number
  readonly unknown: readonly string[]
}

async function settle(
  tx: Transaction,
  caller: Caller,
  { audit, limit, unknown }: Unknown,
): Promise<Map<string, string>> {
  const { tenantId } = caller.principal
  const there = await findSystemIds(tx, tenantId, unknown)
  if (unknown.every((name) => there.has(name))) return there
  // Those that register at the same moment take turns, so that the limit holds and no name is made twice.
  await holdLock(tx, `telemetry ${tenantId} system`)
  const found = await findSystemIds(tx, tenantId, [...unknown, overflowSystem])
  const { n } = await tx
    .selectFrom('telemetry_dimension')
    .select(sql<number>`count(*)`.as('n'))
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'system')
    .executeTakeFirstOrThrow()
  let room = limit - n
  const add = async (name: string, title?: string): Promise<string> => {
    const { id } = await createSystem(audit, tx, caller, { name, ...(title === undefined ? {} : { title }) })
    found.set(name, id)
    return id
  }
  for (const name of unknown.filter((it) => !found.has(it)).toSorted()) {
    if (room > 0) {
      await add(name)
      await tx
        .insertInto('telemetry_dimension')
        .values({ tenant_id: tenantId, kind: 'system', scope: '', value: name })
        .execute()
      room -= 1
    } else {
      found.set(name, found.get(overflowSystem) ?? (await add(overflowSystem, 'Telemetry of systems beyond the limit')))
    }
  }
  return found
}
