import { sql } from 'kysely'
import { holdLock, json, onceSettled, type Transaction } from '../platform/database.ts'
import { type Bound, overflow } from './limits.ts'

/** A kind of value that is counted: environments of a system; configurations, routes and models of an environment. */
export type DimensionKind = 'environment' | 'fingerprint' | 'route' | 'served_model'

/** A value, and within what it is counted: a system, or a system and environment. */
export interface DimensionValue {
  readonly scope: string
  readonly value: string
}

/** Tells under which value another is to be counted: itself, or `overflow`. */
export type Shown = (of: DimensionValue) => string

/** Bounds how many distinct environments, configurations, routes and models there are. */
export interface Dimensions {
  /** Admits values while there is room: in their scope, in the tenant, and in what one transaction may make. */
  admit(tx: Transaction, tenantId: string, kind: DimensionKind, values: Iterable<DimensionValue>): Promise<Shown>
  forget(tenantId: string): void
}

interface DimensionLimits {
  readonly bounds: Readonly<Record<DimensionKind, Bound>>
  readonly groupNews: number
}

/** How long what was read is believed: another process may have admitted values, or let go of some. */
const believedMs = 3_600_000

/** Values that were admitted, by scope. */
class Admitted {
  readonly readAtMs = Date.now()
  readonly scopes = new Map<string, Set<string>>()
  readonly #bound: Bound
  #all = 0

  constructor(bound: Bound) {
    this.#bound = bound
  }

  has({ scope, value }: DimensionValue): boolean {
    return this.scopes.get(scope)?.has(value) === true
  }

  isFull(scope: string): boolean {
    return this.#all >= this.#bound.tenant || (this.scopes.get(scope)?.size ?? 0) >= this.#bound.each
  }

  add({ scope, value }: DimensionValue): void {
    const values = this.scopes.get(scope) ?? new Set<string>()
    if (values.has(value)) return
    this.scopes.set(scope, values.add(value))
    this.#all += 1
  }
}

/** Values that this process has seen admitted are known without asking; so is a scope or a tenant that is full. */
export function createDimensions({ bounds, groupNews }: DimensionLimits): Dimensions {
  const tenants = new Map<string, Map<DimensionKind, Admitted>>()
  return {
    async admit(tx, tenantId, kind, values) {
      const read = tenants.get(tenantId)?.get(kind)
      const known = read !== undefined && Date.now() - read.readAtMs < believedMs ? read : undefined
      const unknown: DimensionValue[] = []
      for (const it of values) if (known === undefined || !(known.has(it) || known.isFull(it.scope))) unknown.push(it)
      let there = known
      if (unknown.length > 0) {
        const admitted = await readAdmitted(tx, tenantId, kind, bounds[kind])
        await admitNew(tx, tenantId, kind, { admitted, values: unknown, room: groupNews })
        onceSettled(tx, (committed) => {
          if (!committed) return
          tenants.set(tenantId, (tenants.get(tenantId) ?? new Map<DimensionKind, Admitted>()).set(kind, admitted))
        })
        there = admitted
      }
      return (of) => (there?.has(of) === true ? of.value : overflow)
    },
    forget: (tenantId) => void tenants.delete(tenantId),
  }
}

// Those that admit or delete names of a kind at the same moment take turns, so that the limits hold.
async function takeTurn(tx: Transaction, tenantId: string, kind: DimensionKind): Promise<void> {
  await holdLock(tx, `telemetry ${tenantId} ${kind}`)
}

async function readAdmitted(tx: Transaction, tenantId: string, kind: DimensionKind, bound: Bound): Promise<Admitted> {
  await takeTurn(tx, tenantId, kind)
  const rows = await tx
    .selectFrom('telemetry_dimension')
    .select(['scope', 'value'])
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .execute()
  const admitted = new Admitted(bound)
  for (const row of rows) admitted.add(row)
  return admitted
}

interface Admitting {
  readonly admitted: Admitted
  readonly values: readonly DimensionValue[]
  readonly room: number
}

async function admitNew(
  tx: Transaction,
  tenantId: string,
  kind: DimensionKind,
  { admitted, values, room }: Admitting,
): Promise<void> {
  const fresh: DimensionValue[] = []
  for (const it of values) {
    if (fresh.length === room) break
    if (admitted.has(it) || admitted.isFull(it.scope)) continue
    admitted.add(it)
    fresh.push({ scope: it.scope, value: it.value })
  }
  if (fresh.length === 0) return
  await sql`
    insert into telemetry_dimension (tenant_id, kind, scope, value)
    select ${tenantId}::uuid, ${kind}, scope, value
    from jsonb_to_recordset(${json(fresh)}) as it(scope text, value text)
    on conflict do nothing`.execute(tx)
}

/** Lets go of configurations and routes under which nothing was counted for a month: others may have their place. */
export async function purgeDimensions(tx: Transaction, tenantId: string): Promise<void> {
  // In the order in which the intake does, or each could wait for the other.
  await takeTurn(tx, tenantId, 'route')
  await takeTurn(tx, tenantId, 'fingerprint')
  // Materialized, and by `not exists`, or the planner would read all of it again for each name: it takes few windows for many.
  await sql`
    with counted as materialized (
      select distinct system_id || '/' || environment as scope, fingerprint, route from telemetry_window
      where tenant_id = ${tenantId} and hour > now() - interval '30 days'
    ), used as materialized (
      select 'fingerprint' as kind, scope, fingerprint as value from counted
      union select 'route', scope, route from counted
    )
    delete from telemetry_dimension as it
    where it.tenant_id = ${tenantId} and it.kind in ('fingerprint', 'route')
      and it.created_at < now() - interval '30 days'
      and not exists (
        select from used where used.kind = it.kind and used.scope = it.scope and used.value = it.value
      )`.execute(tx)
}
