import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { keepConfigurations, type KeptConfiguration } from './kept-configurations.ts'
import type { Sighting } from './sighting.ts'

/** The fingerprint that an environment runs with, and since when. */
export interface Current {
  readonly fingerprint: string
  readonly firstSeenAt: Date
  readonly changedAt: Date
  readonly lastSeenAt: Date
}

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

/** Whether a sighting was imported of a time before its environment was first seen. */
export function isHistory({ origin, observedAt }: Sighting, { firstSeenAt }: Current): boolean {
  return origin === 'import' && observedAt < firstSeenAt
}

/** Whether a sighting tells of a time before its environment's last change. */
export function isLate({ observedAt }: Sighting, { changedAt }: Current): boolean {
  return observedAt < changedAt
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

/** Environments that the transaction holds, as they are now, and those of them that it made. */
export interface HeldEnvironments {
  readonly held: Environments
  readonly created: ReadonlySet<string>
}

/**
 * Keeps configurations, and locks the environments of sightings; makes those that aren't there, as their first sighting tells.
 * An insert waits for another transaction that inserts the same row; so exactly one observation makes the baseline.
 */
export async function holdEnvironments(
  tx: Transaction,
  tenantId: string,
  wanted: {
    readonly configurations: readonly KeptConfiguration[]
    /** The first sighting of each environment that isn't there. */
    readonly missing: readonly Sighting[]
    /** One sighting of each environment to be locked. */
    readonly locked: readonly Sighting[]
  },
): Promise<HeldEnvironments> {
  if (wanted.locked.length === 0 && wanted.configurations.length === 0) return { held: new Map(), created: new Set() }
  const [, made, rows] = await together(tx, [
    keepConfigurations(tx, tenantId, wanted.configurations),
    createEnvironments(tx, tenantId, wanted.missing),
    lockEnvironments(tx, tenantId, wanted.locked),
  ])
  return { held: toEnvironments(rows), created: new Set(made.map((row) => `${row.system_id}/${row.name}`)) }
}

// In one order, here and below: another order could make two batches wait for each other.
function createEnvironments(tx: Transaction, tenantId: string, missing: readonly Sighting[]) {
  return sql<{ system_id: string; name: string }>`
    insert into environment (tenant_id, system_id, name, fingerprint, changed_at, first_seen_at, last_seen_at)
    select ${tenantId}::uuid, system_id, name, fingerprint, at, at, at
    from unnest(
      ${missing.map((it) => it.systemId)}::uuid[], ${missing.map((it) => it.environment)}::text[],
      ${missing.map((it) => it.fingerprint)}::text[], ${timesOf(missing)}::timestamptz[]
    ) as it (system_id, name, fingerprint, at)
    order by system_id, name
    on conflict do nothing
    returning system_id, name`.compile(tx)
}

function lockEnvironments(tx: Transaction, tenantId: string, locked: readonly Sighting[]) {
  return sql<Row>`
    select system_id, name, fingerprint, first_seen_at, changed_at, last_seen_at from environment
    where tenant_id = ${tenantId} and (system_id, name) in (select * from unnest(
      ${locked.map((it) => it.systemId)}::uuid[], ${locked.map((it) => it.environment)}::text[]))
    order by system_id, name for no key update`.compile(tx)
}

/** Sets what locked environments run with from a sighting on. */
export function moveEnvironments(
  tx: Transaction,
  tenantId: string,
  moves: readonly (Sighting & { readonly lastSeenAt: Date })[],
): CompiledQuery[] {
  if (moves.length === 0) return []
  const moved = sql`
    update environment set fingerprint = it.fingerprint, changed_at = it.at, last_seen_at = it.seen
    from unnest(
      ${moves.map((it) => it.systemId)}::uuid[], ${moves.map((it) => it.environment)}::text[],
      ${moves.map((it) => it.fingerprint)}::text[], ${timesOf(moves)}::timestamptz[],
      ${moves.map((it) => it.lastSeenAt.toISOString())}::timestamptz[]
    ) as it (system_id, environment, fingerprint, at, seen)
    where tenant_id = ${tenantId} and environment.system_id = it.system_id and name = it.environment`
  return [moved.compile(tx)]
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
