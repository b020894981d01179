import { sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import { environmentKey, type Environments, isHistory, isLate } from './environments.ts'
import type { Sighting } from './sighting.ts'

/** Facts about the time before, for the sightings that tell of it alone. */
export interface Past {
  /** The ids of those whose configuration is known to have run there. */
  readonly hasRun: ReadonlySet<string>
  /** The fingerprint that each environment ran with before the first of them that may be news. */
  readonly before: ReadonlyMap<string, string>
}

/** Reads what sightings of the past are held against: nothing for those of now. They come in the order in which they are settled. */
export async function readPast(
  tx: Transaction,
  tenantId: string,
  { sightings, environments }: { sightings: readonly Sighting[]; environments: Environments },
): Promise<Past> {
  const kinds = sightings.map((sighting) => ({ sighting, kind: kindOf(sighting, environments) }))
  const late = kinds.flatMap(({ sighting, kind }) => (kind === 'late' ? [sighting] : []))
  const hasRun = await whichHaveRun(tx, tenantId, late)
  const first = new Map<string, Sighting>()
  for (const { sighting, kind } of kinds) {
    const key = environmentKey(sighting)
    if (kind !== 'now' && !hasRun.has(sighting.id) && !first.has(key)) first.set(key, sighting)
  }
  return { hasRun, before: await readBefore(tx, tenantId, [...first.values()]) }
}

function kindOf(sighting: Sighting, environments: Environments): 'history' | 'late' | 'now' {
  const now = environments.get(environmentKey(sighting))
  if (now === undefined) return 'now'
  if (isHistory(sighting, now)) return 'history'
  return now.fingerprint !== sighting.fingerprint && isLate(sighting, now) ? 'late' : 'now'
}

async function whichHaveRun(tx: Transaction, tenantId: string, late: readonly Sighting[]): Promise<Set<string>> {
  if (late.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select it.id from unnest(
      ${late.map(({ id }) => id)}::uuid[], ${late.map((it) => it.systemId)}::uuid[],
      ${late.map((it) => it.environment)}::text[], ${late.map((it) => it.fingerprint)}::text[]
    ) as it (id, system_id, environment, fingerprint)
    where exists (select from observation o where o.tenant_id = ${tenantId} and o.system_id = it.system_id
      and o.environment = it.environment and o.fingerprint = it.fingerprint)`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}

async function readBefore(tx: Transaction, tenantId: string, first: readonly Sighting[]): Promise<Map<string, string>> {
  if (first.length === 0) return new Map()
  const { rows } = await sql<{ systemId: string; environment: string; fingerprint: string }>`
    select it.system_id as "systemId", it.environment, o.fingerprint from unnest(
      ${first.map((it) => it.systemId)}::uuid[], ${first.map((it) => it.environment)}::text[],
      ${first.map((it) => it.observedAt.toISOString())}::timestamptz[]
    ) as it (system_id, environment, at)
    cross join lateral (
      select fingerprint from observation where tenant_id = ${tenantId} and system_id = it.system_id
        and environment = it.environment and observed_at < it.at
      order by observed_at desc limit 1) o`.execute(tx)
  return new Map(rows.map((row) => [environmentKey(row), row.fingerprint]))
}
