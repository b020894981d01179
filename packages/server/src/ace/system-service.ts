import { ProblemError, type System } from '@afterai/contract'
import { type Insertable, type Selectable, sql } from 'kysely'
import type { Audit } from '../audit/index.ts'
import type { Caller } from '../access/index.ts'
import { json, isUniqueViolation, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { readCursor, toPage } from '../platform/page.ts'

/** Registers a system. @throws ProblemError `conflict` */
export async function createSystem(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  wanted: { name: string; title?: string | undefined; owner?: string | undefined },
): Promise<System> {
  const system = { id: newId(), name: wanted.name, title: wanted.title ?? null, owner: wanted.owner ?? null }
  const row = await insertSystem(tx, { tenant_id: principal.tenantId, ...system })
  await audit(tx, actor, { action: 'system.create', resource: `system/${system.id}`, details: { name: system.name } })
  return viewOf(row, new Map())
}

async function insertSystem(
  tx: Transaction,
  system: Insertable<Tables['system']>,
): Promise<Selectable<Tables['system']>> {
  try {
    return await tx.insertInto('system').values(system).returningAll().executeTakeFirstOrThrow()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new ProblemError('conflict', { detail: `the system ${system.name} exists` })
  }
}

/** One page of systems, newest first, each with its environments. */
export async function listSystems(
  tx: Transaction,
  tenantId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: System[]; nextCursor: string | null }> {
  const before = readCursor(cursor)
  const rows = await tx
    .selectFrom('system')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const environments = await readEnvironments(
    tx,
    tenantId,
    rows.map(({ id }) => id),
  )
  return toPage(rows, limit, (row) => viewOf(row, environments))
}

/** A system by name. @throws ProblemError `not_found` */
export async function readSystem(tx: Transaction, tenantId: string, name: string): Promise<System> {
  const row = await findSystem(tx, tenantId, name)
  const environments = await readEnvironments(tx, tenantId, [row.id])
  return viewOf(row, environments)
}

function viewOf(row: Selectable<Tables['system']>, environments: ReadonlyMap<string, System['environments']>): System {
  const { id, name, title, owner } = row
  return {
    id,
    name,
    title,
    owner,
    createdAt: row.created_at.toISOString(),
    productionAssumedAt: row.production_assumed_at?.toISOString() ?? null,
    environments: environments.get(id) ?? [],
  }
}

/** Notes that telemetry of systems named no environment, and counted as production: once for each. */
export async function assumeProduction(tx: Transaction, tenantId: string, systemIds: readonly string[]): Promise<void> {
  await sql`
    update system set production_assumed_at = now()
    where tenant_id = ${tenantId} and id in (
      select id from system
      where tenant_id = ${tenantId} and production_assumed_at is null
        and id in (select it::uuid from jsonb_array_elements_text(${json(systemIds)}) it)
      order by id for no key update
    )`.execute(tx)
}

/** Ids of the systems that exist, by name. */
export async function findSystemIds(
  tx: Transaction,
  tenantId: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx
    .selectFrom('system')
    .select(['name', 'id'])
    .where('tenant_id', '=', tenantId)
    // As one parameter: there may be more names than a statement takes parameters.
    .where(sql<boolean>`name = any(${names}::text[])`)
    .execute()
  return new Map(rows.map(({ name, id }) => [name, id]))
}

/** A system's row by name. @throws ProblemError `not_found` */
export async function findSystem(tx: Transaction, tenantId: string, name: string) {
  const row = await tx
    .selectFrom('system')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: `there is no system ${name}; create it first` })
  return row
}

async function readEnvironments(
  tx: Transaction,
  tenantId: string,
  systemIds: readonly string[],
): Promise<Map<string, System['environments']>> {
  if (systemIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('environment as e')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('observation_count as o')
        .select(sql<number>`sum(o.count)::bigint`.as('n'))
        .whereRef('o.tenant_id', '=', 'e.tenant_id')
        .whereRef('o.system_id', '=', 'e.system_id')
        .whereRef('o.environment', '=', 'e.name')
        .as('observations'),
    )
    .where('tenant_id', '=', tenantId)
    .where('system_id', 'in', systemIds)
    .orderBy('name')
    .execute()
  return groupBySystem(rows)
}

function groupBySystem(
  rows: readonly {
    system_id: string
    name: string
    fingerprint: string
    first_seen_at: Date
    last_seen_at: Date
    observations: number | null
  }[],
): Map<string, System['environments']> {
  const bySystem = new Map<string, System['environments']>()
  for (const row of rows) {
    const list = bySystem.get(row.system_id) ?? []
    list.push({
      name: row.name,
      fingerprint: row.fingerprint,
      firstSeenAt: row.first_seen_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
      observations: row.observations ?? 0,
    })
    bySystem.set(row.system_id, list)
  }
  return bySystem
}
