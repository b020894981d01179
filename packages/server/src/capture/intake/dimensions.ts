import { sql } from 'kysely'
import { onceSettled, type Transaction } from '../../platform/database.ts'
import { overflow } from '../limits.ts'

type Kind = 'fingerprint' | 'route'

interface Known {
  readonly values: Set<string>
  full: boolean
}

/** Bounds how many distinct configurations and routes an environment has. */
export interface Dimensions {
  /**
   * The values under which these are to be counted: themselves, or `overflow` once the limit is reached.
   * @param scope system and environment
   */
  admit(
    tx: Transaction,
    tenantId: string,
    of: { kind: Kind; scope: string; values: ReadonlySet<string> },
  ): Promise<(value: string) => string>
  forget(tenantId: string): void
}

/** Values that this process has seen admitted are known without asking. */
export function createDimensions(limits: Readonly<Record<Kind, number>>): Dimensions {
  const tenants = new Map<string, Map<string, Known>>()
  return {
    async admit(tx, tenantId, { kind, scope, values }) {
      const known = tenants.get(tenantId)?.get(`${kind} ${scope}`)
      const unknown = [...values].filter((value) => known?.values.has(value) !== true)
      const there =
        unknown.length === 0 || known?.full === true
          ? known
          : await admitNew(tx, tenantId, limits[kind], { kind, scope, values: unknown })
      if (there !== undefined && there !== known) {
        onceSettled(tx, (committed) => {
          if (committed) remember(tenants, tenantId, `${kind} ${scope}`, there)
        })
      }
      return (value) => (there?.values.has(value) === true ? value : overflow)
    },
    forget: (tenantId) => void tenants.delete(tenantId),
  }
}

function remember(tenants: Map<string, Map<string, Known>>, tenantId: string, key: string, known: Known): void {
  const scopes = tenants.get(tenantId) ?? new Map<string, Known>()
  scopes.set(key, known)
  tenants.set(tenantId, scopes)
}

// The lock makes those that count at the same moment take turns, so that the limit holds.
async function admitNew(
  tx: Transaction,
  tenantId: string,
  limit: number,
  { kind, scope, values }: { kind: Kind; scope: string; values: readonly string[] },
): Promise<Known> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`telemetry ${tenantId} ${kind} ${scope}`}, 0))`.execute(tx)
  const rows = await tx
    .selectFrom('telemetry_dimension')
    .select('value')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .where('scope', '=', scope)
    .execute()
  const known = new Set(rows.map(({ value }) => value))
  const room = values.filter((value) => !known.has(value)).slice(0, Math.max(0, limit - known.size))
  if (room.length > 0) {
    await tx
      .insertInto('telemetry_dimension')
      .values(room.map((value) => ({ tenant_id: tenantId, kind, scope, value })))
      .execute()
    for (const value of room) known.add(value)
  }
  return { values: known, full: known.size >= limit }
}
