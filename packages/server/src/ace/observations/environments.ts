import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../../platform/database.ts'
import type { Sighting } from './sighting.ts'

/** The fingerprint that an environment runs with, and since when. */
export interface Current {
  readonly fingerprint: string
  readonly firstSeenAt: Date
  readonly changedAt: Date
  readonly lastSeenAt: Date
}

/** What one environment is from a moment on. */
export type Head = Current & Pick<Sighting, 'systemId' | 'environment'>

/** Environments by `environmentKey`. */
export type Environments = ReadonlyMap<string, Current>

interface Row {
  readonly system_id: string
  readonly name: string
  readonly fingerprint: string
  readonly first_seen_at: Date
  readonly changed_at: Date
  readonly last_seen_at: Date
}

/** The name of an environment among those of all systems. */
export function environmentKey({ systemId, environment }: Pick<Sighting, 'systemId' | 'environment'>): string {
  return `${systemId}/${environment}`
}

/** The environments of systems, by the systems' names. */
export function readEnvironmentsOf(tx: Transaction, tenantId: string, systems: readonly string[]): CompiledQuery<Row> {
  return sql<Row>`
    select e.system_id, e.name, e.fingerprint, e.first_seen_at, e.changed_at, e.last_seen_at
    from environment e join system s on s.tenant_id = e.tenant_id and s.id = e.system_id
    where s.tenant_id = ${tenantId} and s.name = any(${systems}::text[])`.compile(tx)
}

/** Rows as what runs. */
export function toEnvironments(rows: readonly Row[]): Map<string, Current> {
  return new Map(
    rows.map((row) => [
      `${row.system_id}/${row.name}`,
      {
        fingerprint: row.fingerprint,
        firstSeenAt: row.first_seen_at,
        changedAt: row.changed_at,
        lastSeenAt: row.last_seen_at,
      },
    ]),
  )
}

/** The environments of systems. */
export function selectEnvironments(
  tx: Transaction,
  tenantId: string,
  systemIds: readonly string[],
): CompiledQuery<Row> {
  return sql<Row>`
    select system_id, name, fingerprint, first_seen_at, changed_at, last_seen_at from environment
    where tenant_id = ${tenantId} and system_id = any(${systemIds}::uuid[])`.compile(tx)
}

/** Makes those environments that aren't there, as their first sightings tell. In one order: another could make two batches wait for each other. */
export function createEnvironments(tx: Transaction, tenantId: string, first: readonly Sighting[]): CompiledQuery {
  return sql`
    insert into environment (tenant_id, system_id, name, fingerprint, changed_at, first_seen_at, last_seen_at)
    select ${tenantId}::uuid, system_id, name, fingerprint, at, at, at
    from unnest(
      ${first.map((it) => it.systemId)}::uuid[], ${first.map((it) => it.environment)}::text[],
      ${first.map((it) => it.fingerprint)}::text[], ${timesOf(first)}::timestamptz[]
    ) as it (system_id, name, fingerprint, at)
    order by system_id, name
    on conflict do nothing`.compile(tx)
}

/**
 * Lets this transaction alone take in what its systems newly run with, or many at once (`shared`) what they are known to run with. A lock
 * may be another system's too: there are a few for each tenant, so that a batch needs few, and all take them in one order.
 */
export function lockSystems(
  tx: Transaction,
  tenantId: string,
  sightings: readonly Pick<Sighting, 'systemId'>[],
  how: 'alone' | 'shared',
): CompiledQuery {
  const systems = [...new Set(sightings.map(({ systemId }) => systemId))]
  const lock = how === 'alone' ? sql`pg_advisory_xact_lock` : sql`pg_advisory_xact_lock_shared`
  return sql`
    select ${lock}(hashtextextended('observe ' || ${tenantId}::text || ' ' || share, 0))
    from (select distinct abs(hashtext(it)) % 32 as share from unnest(${systems}::text[]) as it order by 1) as shares`.compile(
    tx,
  )
}

/** Keeps what locked environments are from now on. */
export function keepHeads(tx: Transaction, tenantId: string, heads: readonly Head[]): CompiledQuery[] {
  if (heads.length === 0) return []
  const times = (of: (head: Head) => Date) => heads.map((head) => of(head).toISOString())
  const kept = sql`
    update environment set fingerprint = it.fingerprint, changed_at = it.changed, first_seen_at = it.first, last_seen_at = it.seen
    from unnest(
      ${heads.map((it) => it.systemId)}::uuid[], ${heads.map((it) => it.environment)}::text[],
      ${heads.map((it) => it.fingerprint)}::text[], ${times((it) => it.changedAt)}::timestamptz[],
      ${times((it) => it.firstSeenAt)}::timestamptz[], ${times((it) => it.lastSeenAt)}::timestamptz[]
    ) as it (system_id, environment, fingerprint, changed, first, seen)
    where tenant_id = ${tenantId} and environment.system_id = it.system_id and name = it.environment`
  return [kept.compile(tx)]
}

/**
 * Notes when environments were last seen to run with what they run with. One that is held by somebody else is left alone, since whoever
 * holds it tells the same: so nobody waits, in whatever order.
 */
export function noteSeen(tx: Transaction, tenantId: string, seen: readonly Sighting[]): CompiledQuery[] {
  if (seen.length === 0) return []
  const noted = sql`
    with it as (
      select e.system_id, e.name, it.at from environment e join unnest(
        ${seen.map((it) => it.systemId)}::uuid[], ${seen.map((it) => it.environment)}::text[], ${timesOf(seen)}::timestamptz[]
      ) as it (system_id, environment, at) on it.system_id = e.system_id and it.environment = e.name
      where e.tenant_id = ${tenantId} and e.last_seen_at < it.at
      for no key update of e skip locked)
    update environment set last_seen_at = it.at from it
    where tenant_id = ${tenantId} and environment.system_id = it.system_id and environment.name = it.name`
  return [noted.compile(tx)]
}

function timesOf(sightings: readonly Sighting[]): string[] {
  return sightings.map(({ observedAt }) => observedAt.toISOString())
}

/** Reads the fingerprints that environments run with by their own observations, by `<system id>/<environment>`. */
export async function currentFingerprints(
  tx: Transaction,
  tenantId: string,
  systemIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx
    .selectFrom('environment')
    .select(['system_id', 'name', 'fingerprint'])
    .where('tenant_id', '=', tenantId)
    .where('system_id', 'in', systemIds)
    .execute()
  return new Map(rows.map((row) => [`${row.system_id}/${row.name}`, row.fingerprint]))
}
